import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { benchCommand } from '../../harness/bench/command';
import { taskOf } from '../../harness/bench/figures';
import { addressesIn } from '../../harness/bench/own/addressesIn';
import { takeOwnModem } from '../../harness/bench/own/ownModem';
import { tolerant } from '../../harness/bench/own/tolerant';
import { loopback } from '../../harness/bench/peer';
import type { Row } from '../../harness/bench/results';
import { machine } from '../../src';
import type { CommandContext } from '../../src/cli/console/context';
import { type ServedPty, servePty, type ServePtyOptions } from '../../src/emulator';

/** What the bench says beside its tables. */
let said = '';

function contextWith(environment: CommandContext['environment'] = {}): CommandContext {
  const errors = new PassThrough().on('data', (text) => (said += String(text)));
  const signal = new AbortController().signal;
  return { input: new PassThrough(), output: new PassThrough(), errors, terminal: false, signal, environment };
}

let served: ServedPty;

/** The user's modem: another process opens the path as it would open a port. */
async function serve(options: ServePtyOptions): Promise<string> {
  said = '';
  served = await servePty({ latency: 0, interleave: 0, baud: 115_200, ...options });
  return served.path;
}

const joined = { stored: { ssid: 'my-ssid', key: 'my-password' } };

describe('npm run bench -- --port', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  afterEach(() => served.close());

  it('measures the programs on a modem that it has to set up', async () => {
    const port = await serve({ firmware: '1.7.4' });
    const json = join(folder, 'own.json');
    const printed: string[] = [];
    const modem = ['--port', port, '--ssid', 'my-ssid', '--host', '127.0.0.1'];
    const args = [...modem, '--only', 'upload', '--receive', 'pulled', '--seconds', '0.05', '--warm-up', '2'];
    const context = contextWith({ RX_USOCKET_KEY: 'my-password' });
    await benchCommand(
      (line) => printed.push(line),
      () => context,
    ).parseAsync([...args, '--json', json], { from: 'user' });
    const text = readFileSync(json, 'utf8');
    const { rows, failures } = JSON.parse(text) as {
      readonly rows: readonly Row[];
      readonly failures: readonly string[];
    };
    expect({ failures, said }).toEqual({ failures: [], said: '' });
    expect(rows).toEqual([
      expect.objectContaining({ figure: 'upload', firmware: '1.7.4.0', baud: 115_200, port, bound: { methods: [] } }),
    ]);
    const { driver, bareLoop, bareSegments, barePort } = rows[0]!.results;
    for (const { ofLine } of [driver, bareLoop, bareSegments!, barePort]) {
      expect(ofLine).toBeGreaterThan(0);
      expect(ofLine).toBeLessThanOrEqual(1);
    }
    expect(printed[0]).toBe(`AT 1.7.4.0 at ${port}, the peer at 127.0.0.1, about 1 min`);
    expect(printed.at(-1)).toMatch(/^upload +[\d.]+ % {2,}([\d.]+ % +){3}/);
    expect(text + printed.join('')).not.toContain('my-password');
  });

  it('measures at another speed, and gives the modem its speed back', async () => {
    const port = await serve(joined);
    {
      await using own = await takeOwnModem({ port, baud: 460_800 }, contextWith());
      expect({ baud: own.baud, modem: served.emulator.state.baud }).toEqual({ baud: 460_800, modem: 460_800 });
    }
    expect(served.emulator.state.baud).toBe(115_200);
    expect(said).toBe('');
  });

  it.each([
    ['is on no network', {}, /^the modem is on no network; name one with --ssid$/],
    [
      'does not reach this computer',
      { ...joined, hosts: { '127.0.0.1': 'refused' } },
      /^the modem does not reach this computer at 127\.0\.0\.1:\d+: .*ECONNREFUSED.*; the modem has the address [\d.]+/,
    ],
  ])('says that the modem %s', async (_what, options, message) => {
    const port = await serve(options);
    await expect(takeOwnModem({ port }, contextWith())).rejects.toThrow(message);
  });

  it('says that the modem restarts when its port is opened', async () => {
    const port = await serve({});
    let opened = 0;
    const openLine: CommandContext['openLine'] = (...line) => {
      if (++opened === 2) served.emulator.fault({ kind: 'reset' });
      return new machine.UART(...line);
    };
    const context = { ...contextWith({ RX_USOCKET_KEY: 'my-password' }), openLine };
    await expect(takeOwnModem({ port, ssid: 'my-ssid' }, context)).rejects.toThrow('restarts');
  });

  it.each([
    [
      'a line that no bare program can open',
      { port: 'tcp://name:secret@127.0.0.1:1' },
      /^--port tcp:\/\/127.*no serial/,
    ],
    [
      'an address of another computer',
      { host: { host: '192.0.2.77', port: 0 } },
      /192\.0\.2\.77.*; this computer has /,
    ],
  ])('refuses %s', async (_what, options, message) => {
    const port = await serve({});
    await expect(takeOwnModem({ port, ...options }, contextWith())).rejects.toThrow(message);
  });
});

describe('the bench with a modem of one’s own', () => {
  const modem = { setting: { firmware: '1.7.4', receive: 'pushed', baud: 9600 }, path: '', place: loopback } as const;
  const measured = { seconds: 1, processor: 1, rounds: [] };

  it('goes on without a program that has failed', async () => {
    const done: string[] = [];
    const failures: string[] = [];
    const programs = {
      measure: (name: string) =>
        name === 'barePort' ? Promise.reject(new Error('bytes are lost')) : Promise.resolve(measured),
      restart: (name: string) => Promise.resolve(void done.push(`restart ${name}`)),
    };
    const recover = () => Promise.resolve(void done.push('recover'));
    const measure = tolerant(programs, { recover, signal: new AbortController().signal }, failures);
    const task = taskOf('upload', 9600, 1);
    expect(await measure('barePort', task, modem)).toBeUndefined();
    expect(await measure('driver', task, modem)).toBe(measured);
    expect({ done, failures }).toEqual({ done: ['restart barePort', 'recover'], failures: ['bytes are lost'] });
  });

  it('ends with a modem that cannot be brought back', async () => {
    const programs = { measure: () => Promise.reject(new Error('late')), restart: () => Promise.resolve() };
    const recover = () => Promise.reject(new Error('the port is gone'));
    const measure = tolerant(programs, { recover, signal: new AbortController().signal }, []);
    await expect(measure('driver', taskOf('upload', 9600, 1), modem)).rejects.toThrow('the port is gone');
  });

  it('ends when it is interrupted', async () => {
    const programs = { measure: () => Promise.resolve(measured), restart: () => Promise.resolve() };
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    const measure = tolerant(programs, { recover: () => Promise.resolve(), signal }, []);
    await expect(measure('driver', taskOf('upload', 9600, 1), modem)).rejects.toThrow('Ctrl-C');
  });

  it('knows which addresses of this computer the modem may reach', () => {
    const entry = (address: string, internal = false) =>
      ({ address, netmask: '', family: 'IPv4', mac: '', internal, cidr: null }) as const;
    const six = {
      address: 'fe80::1',
      netmask: '',
      family: 'IPv6',
      mac: '',
      internal: false,
      cidr: null,
      scopeid: 1,
    } as const;
    const interfaces = {
      lo: [entry('127.0.0.1', true)],
      eth0: [entry('10.1.2.3'), six],
      wlan0: [entry('192.168.1.20')],
    };
    expect(addressesIn({ address: '192.168.1.57', netmask: '255.255.255.0' }, interfaces)).toEqual(['192.168.1.20']);
    expect(addressesIn({ address: '10.200.0.1', netmask: '255.0.0.0' }, interfaces)).toEqual(['10.1.2.3']);
    expect(addressesIn({ address: '172.16.0.1', netmask: '255.255.0.0' }, interfaces)).toEqual([]);
    expect(addressesIn({ address: '10.1.2.4', netmask: '' }, interfaces)).toEqual(['10.1.2.3', '192.168.1.20']);
    expect(addressesIn(undefined, interfaces)).toEqual(['10.1.2.3', '192.168.1.20']);
  });
});
