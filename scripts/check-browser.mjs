// Bundles a program for a browser, with what the package exports under the condition `browser`. The bundle must import
// nothing, and the program runs where only the Web's own globals are. Run `npm run build` first.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, Script } from 'node:vm';

import { build } from 'tsdown';

const program = `
import { createModules } from 'rx-usocket';
import { createEmulator } from 'rx-usocket/emulator';
import { ESP8285 } from 'rx-usocket/esp8285';
import { recv } from 'rx-usocket/streams';
import { MemoryNetwork } from 'rx-usocket/testing';
import { webSerialUart } from 'rx-usocket/web-serial';

async function download() {
  if ([ESP8285, recv, webSerialUart].some((it) => typeof it !== 'function')) throw new Error('an export is missing');
  const network = new MemoryNetwork(new Map([[1, () => ['a picture']]]));
  const emulator = createEmulator({ network, hosts: { 'host.example:80': '127.0.0.1:1' }, latency: 0 });
  const modules = createModules();
  const nic = await modules.network.ESP8285(emulator.uart);
  await nic.connect('my-ssid', 'my-password');
  const sock = modules.usocket.socket();
  await sock.connect((await modules.usocket.getaddrinfo('host.example', 80))[0][4]);
  const received = String(await sock.read());
  await nic.close();
  return received;
}

function refusals() {
  const attempts = [() => createModules().network.Host(), () => new globalThis.machine.UART('/dev/ttyUSB0')];
  return attempts.map((attempt) => {
    try {
      attempt();
    } catch (error) {
      return error.code;
    }
  });
}

import { machine } from 'rx-usocket';
globalThis.machine = machine;
globalThis.result = download().then((received) => [received, ...refusals()].join(', '));
`;

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(root, 'node_modules/.cache-browser-'));
try {
  writeFileSync(join(folder, 'program.mjs'), program);
  await build({
    config: false,
    cwd: root,
    entry: { program: join(folder, 'program.mjs') },
    outDir: join(folder, 'out'),
    format: 'iife',
    platform: 'browser',
    dts: false,
    logLevel: 'error',
    deps: { alwaysBundle: [/./], onlyAllowBundle: false },
  });
  const bundle = readFileSync(join(folder, 'out/program.iife.js'), 'utf8');
  const imported = /\b(?:import|require)\s*\(?\s*["'](?<name>[^"']+)["']/.exec(bundle)?.groups?.name;
  if (imported !== undefined) throw new Error(`the bundle for a browser imports ${imported}`);
  const result = await run(bundle);
  if (result !== 'a picture, EOPNOTSUPP, EINVAL') throw new Error(`in a browser the program gives: ${result}`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Runs a script with what browsers have of what Node.js has, too. */
function run(script) {
  const web = [
    'AbortController',
    'AbortSignal',
    'DOMException',
    'Event',
    'EventTarget',
    'TextDecoder',
    'TextEncoder',
    'URL',
  ];
  const timers = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask'];
  const context = createContext(Object.fromEntries([...web, ...timers].map((name) => [name, globalThis[name]])));
  new Script(script).runInContext(context);
  return context.result;
}
