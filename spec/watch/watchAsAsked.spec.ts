import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { createModules, type ESP8285, machine } from '../../src';
import { createEmulator } from '../../src/emulator';
import { AttachingPage } from './support/attachPage';

const { stderr } = process;
let printed: string[];
const nics: ESP8285[] = [];

beforeEach(() => {
  printed = [];
  jest.spyOn(stderr, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
});
afterEach(async () => {
  for (const nic of nics.splice(0)) await nic.close();
  // The next interface closes the servers of those that are over. This one cannot be started, and is over at once.
  await makeNic('x');
  delete process.env['RX_USOCKET_WATCH'];
  jest.restoreAllMocks();
});

/** Makes an interface with this in the environment. */
async function makeNic(wanted: string): Promise<ESP8285> {
  process.env['RX_USOCKET_WATCH'] = wanted;
  const nic = await createModules().network.ESP8285(createEmulator({ latency: 0 }).uart);
  nics.push(nic);
  return nic;
}

const urlIn = (text = '') =>
  /^rx-usocket: watch the program at (http:\/\/127\.0\.0\.1:\d+\/#program=\S+)\n$/.exec(text)?.[1];

describe('a program that the environment asks to watch', () => {
  it('prints the address of its page, which sees the set-up of the modem', async () => {
    await makeNic('1');
    expect(printed).toHaveLength(1);
    const page = await AttachingPage.to(urlIn(printed[0]) ?? '');
    await page.event((event) => event.type === 'said' && event.text === 'AT+GMR');
    await page.close();
  });

  it('takes faults from its page on the line of a virtual modem', async () => {
    process.env['RX_USOCKET_WATCH'] = '1';
    const uart = new machine.UART('emulator:', 115_200, { emulator: { latency: 0 } });
    nics.push(await createModules().network.ESP8285(uart));
    const page = await AttachingPage.to(urlIn(printed[0]) ?? '');
    expect(await page.message(({ kind }) => kind === 'hello')).toMatchObject({ faults: { reset: {} } });
    expect(await page.ask({ kind: 'fault', fault: { kind: 'reset' } })).toEqual({ kind: 'done', request: 1 });
    await page.event((event) => event.type === 'virtual' && event.text === 'reset');
    await page.close();
  });

  it.each(['', '0'])('is not watched with %j', async (wanted) => {
    await makeNic(wanted);
    expect(printed).toEqual([]);
  });

  it.each(['yes', '65536', '-1', '1.5'])('runs, and says that %j is no port', async (wanted) => {
    await makeNic(wanted);
    expect(printed).toEqual([expect.stringContaining(`1, or a port from 2 to 65535, and not "${wanted}"`)]);
  });

  it('has a page for each interface, on another port when the one that is asked for is taken', async () => {
    await makeNic('1');
    const { port } = new URL(urlIn(printed[0]) ?? '');
    await makeNic(port);
    expect(urlIn(printed[1])).toBeDefined();
    expect(new URL(urlIn(printed[1]) ?? '').port).not.toBe(port);
  });

  it('listens no more for an interface that is closed and that no page looks at, when there is another', async () => {
    const first = await makeNic('1');
    const { port } = new URL(urlIn(printed[0]) ?? '');
    await first.close();
    await makeNic(port);
    expect(new URL(urlIn(printed[1]) ?? '').port).toBe(port);
    const page = await AttachingPage.to(urlIn(printed[1]) ?? '');
    await nics.at(-1)?.close();
    await page.end();
    await makeNic(port);
    expect(new URL(urlIn(printed[2]) ?? '').port).not.toBe(port);
    await page.close();
  });
});

describe('a process that is watched', () => {
  it.each([
    ['ends by itself', 'await nic.close(); process.stdin.destroy();', 0],
    ['shows what led to its end', 'process.exit(3);', 3],
  ])('%s', async (_, end, code) => {
    const program = `
      const { createModules } = require('./src');
      const { createEmulator } = require('./src/emulator');
      createModules().network.ESP8285(createEmulator({ latency: 0 }).uart).then(async (nic) => {
        await new Promise((resolve) => process.stdin.once('data', resolve));
        await nic.scan();
        ${end}
      });`;
    const args = ['-r', join(__dirname, '../../harness/processes/tsNode.cjs'), '-e', program];
    const child = spawn(process.execPath, args, { env: { ...process.env, RX_USOCKET_WATCH: '1' } });
    const exited = once(child, 'exit');
    const [line] = (await once(createInterface({ input: child.stderr }), 'line')) as [string];
    const page = await AttachingPage.to(urlIn(`${line}\n`) ?? '');
    const closed = once(page.socket, 'close');
    child.stdin.write('\n');
    await closed;
    expect(page.events.some((event) => event.type === 'said' && event.text.startsWith('AT+CWLAP'))).toBe(true);
    expect((await exited)[0]).toBe(code);
  });
});
