// Checks lines over the real ser2net, on loopback, with the virtual modem as its device. Run: npm run check:ser2net
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { filter, firstValueFrom } from 'rxjs';

import { type ESP8285, machine, network, OSError, usocket } from '../src';
import { servePty } from '../src/emulator';

/** Milliseconds: more than the whole check takes. */
const longest = 120_000;
const size = 20_000;

/** An echo server. */
const echo = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.pipe(socket);
});

async function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (isUp: boolean) => () => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('connect', done(true)).once('error', done(false));
  });
}

/** @param port A port of the server whose device is missing, so that a test connection occupies no line. */
async function startServer(config: string, port: number): Promise<ChildProcess> {
  const server = spawn('ser2net', ['-n', '-c', config], { stdio: 'inherit' });
  for (let times = 0; times < 100; times++) {
    if (await canConnect(port)) return server;
    await delay(100);
  }
  throw new Error('ser2net does not listen');
}

async function stopServer(server: ChildProcess): Promise<void> {
  const gone = once(server, 'exit');
  server.kill();
  await gone;
}

/** Sends each of the 256 byte values many times, and compares the echo. */
async function exchange(port: number): Promise<void> {
  const sent = Buffer.concat([randomBytes(size - 256), Buffer.from(Array.from({ length: 256 }, (_, value) => value))]);
  const socket = usocket.socket();
  await socket.connect(['127.0.0.1', port]);
  const [received] = await Promise.all([socket.read(size), socket.sendall(sent)]);
  assert.ok(received?.equals(sent), 'what came back is not what was sent');
  await socket.close();
}

async function lineTo(url: string, options: { readonly rtscts?: boolean } = {}): Promise<[ESP8285, string[]]> {
  const uart = new machine.UART(url, 115_200, options);
  const notices: string[] = [];
  uart.notices$.subscribe((notice) => notices.push(notice));
  const nic = await network.ESP8285(uart, { redial: { firstPause: 200, longestPause: 500 } });
  await nic.connect('my-ssid', 'my-password');
  return [nic, notices];
}

/** Retries, because the server needs some time to release its device. */
async function lineWhenFree(...args: Parameters<typeof lineTo>): ReturnType<typeof lineTo> {
  for (let times = 0; ; times++) {
    try {
      return await lineTo(...args);
    } catch (error) {
      if (times === 50 || !String(error).includes('in use')) throw error;
      await delay(100);
    }
  }
}

async function failureOf(what: Promise<unknown>): Promise<OSError> {
  const error: unknown = await what.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof OSError, `an OSError was expected, not ${String(error)}`);
  return error;
}

async function check(folder: string): Promise<void> {
  const device = await servePty({ latency: 0.1, firmware: '1.7.4' });
  const [raw, telnet, absent] = [await freePort(), await freePort(), await freePort()];
  const config = join(folder, 'ser2net.yaml');
  writeFileSync(
    config,
    `%YAML 1.1
---
connection: &raw
  accepter: tcp,127.0.0.1,${raw}
  connector: serialdev,${device.path},115200n81,local
connection: &rfc2217
  accepter: telnet(rfc2217),tcp,127.0.0.1,${telnet}
  connector: serialdev,${device.path},115200n81,local
connection: &absent
  accepter: tcp,127.0.0.1,${absent}
  connector: serialdev,${join(folder, 'no-such-device')},115200n81,local
`,
  );
  const peer = await portOf(echo);
  let server = await startServer(config, absent);
  try {
    for (const url of [`tcp://127.0.0.1:${raw}`, `rfc2217://127.0.0.1:${telnet}`]) {
      const [nic, notices] = await lineWhenFree(url);
      await exchange(peer);
      console.log(`${url}: ${size} bytes there and back; notices: ${JSON.stringify(notices)}`);

      const busy = await failureOf(lineTo(url));
      console.log(`a second program: ${busy.code} ${busy.message}`);
      assert.match(busy.message, /in use/);

      const up = firstValueFrom(nic.status$.pipe(filter(({ modem }) => modem === 'down')));
      await stopServer(server);
      console.log(`the server is gone: ${(await up).error?.message}`);
      server = await startServer(config, absent);
      await firstValueFrom(nic.status$.pipe(filter(({ wifi }) => wifi === 'up')));
      await exchange(peer);
      console.log('the server is back, and so is the interface');
      await nic.close();
    }
    const gone = await failureOf(lineTo(`tcp://127.0.0.1:${absent}`));
    console.log(`without a device: ${gone.code} ${gone.message}`);
    assert.match(gone.message, /it said/);

    const [nic, notices] = await lineWhenFree(`rfc2217://127.0.0.1:${telnet}`, { rtscts: true });
    console.log(`with rtscts; notices: ${JSON.stringify(notices)}`);
    await nic.close();
  } finally {
    await stopServer(server);
    echo.close();
    await device.close();
  }
}

async function main(): Promise<void> {
  const { stdout, error: missing } = spawnSync('ser2net', ['-v'], { encoding: 'utf8' });
  if (missing) {
    console.log('ser2net is not installed, so nothing was checked; on Debian: apt-get install ser2net');
    return;
  }
  console.log(stdout.trim());
  const folder = mkdtempSync(join(tmpdir(), 'ser2net-'));
  const late = setTimeout(() => {
    console.error(`not done after ${longest / 1000} s`);
    process.exit(1);
  }, longest);
  try {
    await check(folder);
  } finally {
    clearTimeout(late);
    rmSync(folder, { recursive: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
