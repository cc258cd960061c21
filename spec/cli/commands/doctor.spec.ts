import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

import { describe, expect, it } from '@jest/globals';
import { EMPTY, of } from 'rxjs';

import type { Finding } from '../../../src/cli/doctor/finding';
import { createEmulator, type EmulatorOptions, servePty } from '../../../src/emulator';
import type { Uart } from '../../../src/streams';
import { faultyLine } from '../support/faultyLine';
import { type CommandSurroundings, runCommand } from '../support/runCommand';

const doctor = ['doctor', '--port', '/dev/ttyUSB0'];
const environment = { RX_USOCKET_KEY: 'my-password' };
/** Most lines of these specs answer at once. */
const pace = 0.02;
/** For those that have a speed. */
const slowPace = 0.3;

/** The findings of `doctor --json` on this line, by their names, and its exit code. */
async function findingsOn(
  openLine: CommandSurroundings['openLine'] & {},
  args: readonly string[] = [],
  listening = pace,
): Promise<{ readonly code: number | null; readonly [check: string]: unknown }> {
  const { code, stdout } = await runCommand([...doctor, '--json', ...args], { environment, pace: listening, openLine });
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  return { code, ...Object.fromEntries(findings.map((finding) => [finding.check, finding])) };
}

function modem(options: EmulatorOptions = {}): Uart {
  return createEmulator({ latency: 0, ...options }).uart;
}

const silent = (): Uart => faultyLine({});

describe('rx-usocket doctor', () => {
  it('finds nothing wrong with a good modem, and measures what it is asked to', async () => {
    const body = Buffer.alloc(20_000, 'x');
    const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const args = [...doctor, '--ssid', 'my-ssid', '--url', 'http://host.example/'];
    const hosts = { 'host.example': `127.0.0.1`, 'host.example:80': `127.0.0.1:${port}` };
    const { code, stdout, stderr } = await runCommand(args, {
      environment,
      pace: slowPace,
      openLine: () => modem({ hosts, baud: 921_600 }),
    });
    server.close();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'ok    line        /dev/ttyUSB0 can be opened',
      'ok    answer      AT is answered at 921600 bit/s',
      'ok    quality     10 equal questions had equal answers',
      'ok    flow        neither side uses flow control',
      expect.stringMatching(/^ok {4}firmware {4}AT 1\.7\.4/),
      'ok    network     on my-ssid',
      expect.stringMatching(/^ok {4}signal {6}▂▄▆█ -\d+ dBm$/),
      'ok    address     192.168.1.50, netmask 255.255.255.0, gateway 192.168.1.1',
      expect.stringMatching(/^ok {4}names {7}host\.example is \d/),
      expect.stringMatching(/^ok {4}round trip {2}\d+ ms to host\.example and back$/),
      expect.stringMatching(
        /^ok {4}throughput {2}20000 bytes in [\d.]+ s \(HTTP 200\): \d+ bytes\/s, \d+ % of the line$/,
      ),
      'Nothing is wrong.',
      '',
    ]);
  });

  it('examines a modem at a pseudo-terminal', async () => {
    const served = await servePty({ latency: 0, firmware: '2.2.2' });
    try {
      const { code, stdout } = await runCommand(['doctor', '--port', served.path], { pace: slowPace });
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringContaining('skip  network     the modem is on no network; name one with --ssid to go on'),
      });
    } finally {
      await served.close();
    }
  });

  describe('tells that', () => {
    it('TX and RX are connected to each other', async () => {
      const loop = faultyLine({ answer: (said) => said });
      expect(await findingsOn(() => loop)).toMatchObject({
        code: 3,
        answer: { verdict: 'bad', message: expect.stringContaining('TX and RX are connected to each other') },
      });
    });

    it('the modem has another speed, and goes on with it', async () => {
      const emulator = createEmulator({ latency: 0, baud: 9600 });
      emulator.setHostBaud(115_200);
      expect(await findingsOn(() => emulator.uart, [], slowPace)).toMatchObject({
        code: 4,
        answer: { message: 'the modem speaks at 9600 bit/s, not at 115200', advice: ['--baud 9600'] },
        firmware: { verdict: 'good' },
      });
    });

    it('it has found the speed, if that was asked for', async () => {
      const emulator = createEmulator({ latency: 0, baud: 9600 });
      emulator.setHostBaud(115_200);
      expect(await findingsOn(() => emulator.uart, ['--baud', 'auto'], slowPace)).toMatchObject({
        code: 0,
        answer: { verdict: 'good', message: 'AT is answered at 9600 bit/s' },
      });
    });

    it('the modem stays busy, which is not told of one that ends its command', async () => {
      const busyFor = (questions: number) => {
        let asked = 0;
        const afterwards = (said: string) => (said === 'AT\r\n' ? '\r\nOK\r\n' : undefined);
        const answer = (said: string) => (asked++ < questions ? '\r\nbusy p...\r\n' : afterwards(said));
        return () => faultyLine({ answer });
      };
      expect(await findingsOn(busyFor(Infinity))).toEqual({
        code: 4,
        line: expect.anything(),
        answer: expect.objectContaining({ verdict: 'bad', message: expect.stringContaining('is busy') }),
      });
      expect(await findingsOn(busyFor(3))).toMatchObject({ answer: { verdict: 'good' } });
    });

    it('the line damages everything, and then asks no more', async () => {
      const answer = (said: string) => (said === 'AT\r\n' ? '\r\nOK\r\n' : '\r\nO\u00cb\r\n');
      expect(await findingsOn(() => faultyLine({ answer }))).toEqual({
        code: 3,
        line: expect.anything(),
        answer: expect.anything(),
        quality: expect.objectContaining({ message: expect.stringContaining('10 of 10 equal questions') }),
      });
    });

    it('DTR and RTS hold the board in reset', async () => {
      const opened: unknown[] = [];
      const found = await findingsOn((_port, _baud, signals) => {
        opened.push(signals);
        return signals.dtr === false && signals.rts === false ? modem() : silent();
      });
      expect(found).toMatchObject({
        code: 3,
        answer: {
          message: expect.stringContaining('hold the board in reset'),
          advice: expect.arrayContaining([expect.stringContaining('--lower-dtr --lower-rts')]),
        },
      });
      expect(opened[0]).toEqual({});
    });

    it('low DTR and RTS keep the board from running', async () => {
      const found = await findingsOn(
        (_port, _baud, { dtr }) => (dtr === false ? silent() : modem()),
        ['--lower-dtr', '--lower-rts'],
      );
      expect(found).toMatchObject({ code: 3, answer: { advice: ['leave --lower-dtr and --lower-rts out'] } });
    });

    it('flow control stops the port, or the modem', async () => {
      const stopped = await findingsOn((_port, _baud, { rtscts }) => (rtscts ? silent() : modem()), ['--rtscts']);
      expect(stopped).toMatchObject({
        code: 3,
        answer: { message: expect.stringContaining('does not drive the CTS') },
      });
      const waiting = await findingsOn((_port, _baud, { rtscts }) => (rtscts ? modem() : silent()));
      expect(waiting).toMatchObject({ code: 3, answer: { message: expect.stringContaining('waits for its CTS') } });
    });

    it.each([
      [
        'the flash is empty',
        '\r\ncsum err\r\nets_main.c \r\n ets Jan  8 2013,rst cause:2, boot mode:(3,7)\r\n',
        'no program in its flash',
      ],
      [
        'the firmware starts again and again',
        ' ets Jan  8 2013,rst cause:4, boot mode:(3,6)\r\nwdt reset\r\n',
        'again and again',
      ],
      ['the chip waits to be flashed', ' ets Jan  8 2013,rst cause:2, boot mode:(1,6)\r\n', 'GPIO0'],
    ])('%s', async (_what, text, message) => {
      const bootLoop = faultyLine({
        unasked$: (baud) => of(baud === 74_880 ? text.repeat(2) : '\u00f3\u0000\u008e'),
      });
      expect(await findingsOn(() => bootLoop)).toMatchObject({
        code: 4,
        answer: { verdict: 'bad', message: expect.stringContaining(message) },
      });
    });

    it.each([
      ['nothing comes', () => undefined, 'nothing comes from the line, at any usual speed'],
      ['what comes makes no sense', () => '\u00f3\u0091\u008e\u00fe', 'makes no sense at any usual speed'],
      ['the line stays low', () => '\0\0', 'stays low'],
      ['another program answers', () => 'MicroPython v1.22\u001b[31m\r\n>>> ', '"MicroPython v1.22\ufffd[31m"'],
    ])('%s', async (_what, answer, message) => {
      const found = await findingsOn(() => faultyLine({ answer }));
      expect(found).toMatchObject({ code: 4, answer: { verdict: 'bad', message: expect.stringContaining(message) } });
    });

    it('the speed of a raw server cannot be changed', async () => {
      const raw = silent();
      Reflect.deleteProperty(raw, 'setBaudRate');
      const args = ['doctor', '--json', '--port', 'tcp://127.0.0.1:9'];
      const { code, stdout } = await runCommand(args, { pace, openLine: () => raw });
      expect({ code, stdout }).toEqual({ code: 4, stdout: expect.stringContaining('raw serial server') });
    });

    it('the modem was in passthrough', async () => {
      let escaped = false;
      const uart = modem();
      const write = uart.write.bind(uart);
      Object.assign(uart, {
        write: (bytes: Uint8Array) => {
          if (escaped) return write(bytes);
          escaped = Buffer.from(bytes).equals(Buffer.from('+++'));
          return EMPTY;
        },
      });
      const { code, answer, firmware } = await findingsOn(() => uart);
      expect({ code, answer, firmware }).toMatchObject({
        code: 0,
        answer: { verdict: 'doubtful', message: expect.stringContaining('passthrough') },
        firmware: { verdict: 'good' },
      });
    });

    it('the line damages bytes', async () => {
      const emulator = createEmulator({ latency: 0, baud: 230_400 });
      emulator.fault({ kind: 'marginal', above: 115_200, every: 200, from: 'modem' });
      expect(await findingsOn(() => emulator.uart)).toMatchObject({
        code: 3,
        quality: { verdict: 'bad', message: expect.stringMatching(/\d+ of 10 equal questions/) },
      });
    });

    it('the port is not there', async () => {
      // The failure comes later than the end of any listening.
      const { code, stdout } = await runCommand(['doctor', '--port', '/dev/no-such-port'], { pace: 0 });
      expect(code).toBe(3);
      expect(stdout).toMatch(/^FAIL {2}line {8}open \/dev\/no-such-port: there is no such port/);
      expect(stdout).toMatch(/1 failed\.\n$/);
    });

    it.each([
      ['the key is wrong', {}, ['--ssid', 'my-ssid'], 'network', 'check the key, also for blanks at its ends'],
      ['another network is meant', {}, ['--ssid', 'My-SSID '], 'network', '--ssid "my-ssid", which is in range'],
      [
        'there are no addresses',
        { accessPoints: [{ ssid: 'my-ssid', dhcp: false }], joinTimeout: 10 },
        ['--ssid', 'my-ssid'],
        'network',
        'move the modem nearer to the access point',
      ],
      [
        'the signal is weak',
        { accessPoints: [{ ssid: 'my-ssid', rssi: -80 }] },
        ['--ssid', 'my-ssid'],
        'signal',
        'move the modem or its antenna',
      ],
      [
        'a name is not found',
        { accessPoints: [{ ssid: 'my-ssid' }] },
        ['--ssid', 'my-ssid'],
        'names',
        'another --host',
      ],
    ])('%s', async (what, options, args, check, advice) => {
      const key = what === 'the key is wrong' ? 'wrong-password' : 'my-password';
      const { stdout } = await runCommand([...doctor, '--json', ...args], {
        environment: { RX_USOCKET_KEY: key },
        pace,
        openLine: () => modem(options),
      });
      const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
      const finding = findings.find((each) => each.check === check);
      expect(finding?.advice?.join()).toContain(advice);
      expect(stdout).not.toContain(key);
    });
  });

  it('stops at Ctrl-C', async () => {
    const outcome = await runCommand(doctor, { openLine: silent, stopAt: /can be opened/ });
    expect(outcome).toMatchObject({ code: 130, stderr: '' });
  });

  it.each([
    ['a URL that is none', [...doctor, '--url', 'host.example'], 'Try http://host.example/file'],
    ['no port', ['doctor'], 'there is no port'],
  ])('refuses %s', async (_what, args, message) => {
    const outcome = await runCommand(args);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain(message);
  });
});
