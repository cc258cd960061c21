import { Buffer } from 'node:buffer';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { memoryUsage, resourceUsage } from 'node:process';

/**
 * Measures the memory of a program that downloads through the virtual modem without a line speed: the memory of the process
 * after everything is loaded, and its maximum. Each run has its own process. The server is in this one.
 *
 *     npm run build && node scripts/measure-memory.mjs               # the package as it is published
 *     node scripts/measure-memory.mjs --source                       # as `npm start` runs it, under ts-node
 *
 * Fails when a run of the published package takes more than the limit. Under ts-node, most of the memory is TypeScript's.
 */
const megabytes = 10;
const limit = 150;

const ways = {
  'for await': async (socket, count) => {
    for await (const chunk of socket) count(chunk.length);
  },
  'recv(4096)': async (socket, count) => {
    for (let chunk = await socket.recv(4096); chunk.length > 0; chunk = await socket.recv(4096)) count(chunk.length);
  },
  'read()': async (socket, count) => count((await socket.read()).length),
};

async function download(port, firmware, way, isSource) {
  const require = createRequire(import.meta.url);
  if (isSource) require('ts-node/register/transpile-only');
  const { machine, network, usocket } = require(isSource ? '../src' : '../dist/index.cjs');
  const baseline = memoryUsage.rss();
  const uart = new machine.UART('emulator:', 0, { emulator: { firmware, latency: 0 } });
  const nic = await network.ESP8285(uart);
  await nic.connect('my-ssid', 'my-password');
  const socket = usocket.socket();
  const begun = performance.now();
  await socket.connect(['127.0.0.1', port]);
  let received = 0;
  await ways[way](socket, (length) => (received += length));
  const seconds = (performance.now() - begun) / 1000;
  await socket.close();
  await nic.close();
  // `maxRSS` is in units of 1024 bytes.
  process.send({ baseline: baseline / 1e6, peak: (resourceUsage().maxRSS * 1024) / 1e6, received, seconds });
  process.disconnect();
}

async function measure(isSource) {
  const block = Buffer.alloc(1_000_000, 'x');
  const server = createServer((peer) => {
    let left = megabytes;
    const send = () => {
      while (left-- > 0) if (!peer.write(block)) return;
      peer.end();
    };
    peer.on('drain', send).on('error', () => undefined);
    send();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  let worst = 0;
  for (const firmware of ['1.5', '1.7.4', '2.2.2']) {
    for (const way of Object.keys(ways)) {
      const given = [String(server.address().port), firmware, way, ...(isSource ? ['--source'] : [])];
      const [{ baseline, peak, received, seconds }] = await once(
        fork(import.meta.filename ?? new URL(import.meta.url).pathname, given),
        'message',
      );
      worst = Math.max(worst, peak);
      const figures = `${baseline.toFixed(0)} MB loaded, ${peak.toFixed(0)} MB at most, ${seconds.toFixed(1)} s`;
      console.log(`AT ${firmware.padEnd(5)}  ${way.padEnd(10)}  ${(received / 1e6).toFixed(0)} MB: ${figures}`);
      if (received !== megabytes * 1e6) throw new Error(`received ${received} bytes`);
    }
  }
  server.close();
  if (isSource) return;
  console.log(`${worst <= limit ? 'within' : 'over'} the limit of ${limit} MB`);
  if (worst > limit) process.exitCode = 1;
}

const [port, firmware, way, source] = process.argv.slice(2);
if (process.send) await download(Number(port), firmware, way, source === '--source');
else await measure(port === '--source');
