import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { lastValueFrom, Subject } from 'rxjs';
import { WebSocket } from 'ws';

import { createModules } from '../../../src';
import { CommandFailure } from '../../../src/cli/console/exitCodes';
import { createEmulator } from '../../../src/emulator';
import type { Uart } from '../../../src/streams';
import { webSocketUart } from '../../../src/web-serial';
import { failureOf } from '../../../harness/interfaces/failure';
import { collect, noise } from '../../../harness/peers/bytes';
import { tcpServer } from '../../../harness/peers/tcpServer';
import { nextTurn } from '../../../harness/time/turns';
import { settled, writable } from '../../transports/support/uart';
import { runCommand, type CommandSurroundings } from '../support/runCommand';

/** A bridge that runs until {@link stop}. */
async function bridge(args: readonly string[] = [], surroundings: CommandSurroundings = {}) {
  const stopping = new AbortController();
  const output = new PassThrough();
  const ended = runCommand(['bridge', '--port', 'emulator:', ...args], {
    signal: stopping.signal,
    output,
    ...surroundings,
  });
  const [url] = (await once(createInterface({ input: output }), 'line')) as [string];
  const stop = () => {
    stopping.abort(new CommandFailure('', 130));
    return ended;
  };
  return { url, stop };
}

const open = (url: string) => webSocketUart(url, { WebSocket });

describe('rx-usocket bridge', () => {
  it('is the line of a page: a modem, and a download over it', async () => {
    await using server = await tcpServer();
    const hosts = { 'host.example': `127.0.0.1:${server.endpoint.port}` };
    const { url, stop } = await bridge([], { emulator: { hosts } });
    const { network, usocket } = createModules();
    const nic = await network.ESP8285(open(url));
    await nic.connect('my-ssid', 'my-password');
    const sock = usocket.socket();
    await sock.connect((await usocket.getaddrinfo('host.example', 80))[0][4]);
    const sent = noise(20_000);
    (await server.accept()).end(sent);
    expect((await sock.read())?.equals(sent)).toBe(true);
    await nic.close();
    expect(await stop()).toMatchObject({ code: 130, stderr: expect.stringContaining('A page has connected.') });
  });

  it('tells and changes the speed of the line, and says why it does not', async () => {
    const { url, stop } = await bridge(['--baud', '460800']);
    const uart = open(url);
    expect(uart.baudRate).toBeUndefined();
    await writable(uart);
    expect(uart.baudRate).toBe(460_800);
    await settled(uart.setBaudRate?.(921_600) ?? uart.close());
    expect(uart.baudRate).toBe(921_600);
    expect(await failureOf(uart.setBaudRate?.(0) ?? [])).toMatchObject({ code: 'EINVAL' });
    await settled(uart.close());
    await stop();
  });

  it.each([921_600, 'auto'] as const)('has its speed changed by the interface of a page, to %s', async (baud) => {
    const { url, stop } = await bridge(['--baud', '57600']);
    const nic = await createModules().network.ESP8285(open(url), { baud });
    expect(nic.baud).toBe(baud === 'auto' ? 57_600 : baud);
    expect(await nic.set_baud(460_800)).toBe(460_800);
    await nic.close();
    await stop();
  });

  it('has its speed changed when it is open, although that was asked for before', async () => {
    const { url, stop } = await bridge();
    const uart = open(url);
    await settled(uart.setBaudRate?.(921_600) ?? uart.close());
    expect(uart.baudRate).toBe(921_600);
    await settled(uart.close());
    await stop();
  });

  it('gets what a page has written before the line was open', async () => {
    const { url, stop } = await bridge();
    const uart = open(url);
    const answered = collect(uart.rx$, 'AT\r\n\r\nOK\r\n'.length);
    await settled(uart.write(Buffer.from('AT\r\n')));
    expect(String(await answered)).toContain('OK');
    await settled(uart.close());
    await stop();

    const refused = open(url);
    expect(await failureOf(lastValueFrom(refused.write(Buffer.from('AT\r\n'))))).toMatchObject({ code: 'ENODEV' });
  });

  it('lets in who has the token, from this machine or a named origin, one page at a time', async () => {
    const { url, stop } = await bridge(['--origin', 'https://pages.example']);
    const answerTo = async (target: string, origin?: string) => {
      const socket = new WebSocket(target, 'rx-usocket.line.v1', origin === undefined ? {} : { origin });
      const opened = once(socket, 'open').then(() => 'open');
      const refused = once(socket, 'unexpected-response').then(
        ([, response]: { statusCode: number }[]) => response?.statusCode,
      );
      socket.on('error', () => undefined);
      const answer = await Promise.race([opened, refused]);
      if (answer === 'open') {
        const closed = once(socket, 'close');
        socket.close();
        await closed;
      }
      return answer;
    };
    expect(await answerTo(url)).toBe('open');
    expect(await answerTo(url, 'http://localhost:5173')).toBe('open');
    expect(await answerTo(url, 'https://pages.example')).toBe('open');
    expect(await answerTo(url, 'https://other.example')).toBe(403);
    expect(await answerTo(url.replace(/token=.*/, 'token=guessed'))).toBe(403);
    expect(await answerTo(url.replace(/\?.*/, ''))).toBe(403);
    const first = open(url);
    await writable(first);
    const why = expect.stringMatching(/^ws:.*: another page has the line; close that page/);
    expect(await failureOf(lastValueFrom(open(url).rx$))).toMatchObject({ code: 'EBUSY', message: why });
    await expect(createModules().network.ESP8285(open(url))).rejects.toMatchObject({ code: 'EBUSY', message: why });
    expect(await failureOf(lastValueFrom(open(url.replace(/token=.*/, 'token=guessed')).rx$))).toMatchObject({
      code: 'ENODEV',
    });
    const answered = collect(first.rx$, 'AT\r\n\r\nOK\r\n'.length);
    await settled(first.write(Buffer.from('AT\r\n')));
    expect(String(await answered)).toContain('OK');
    await settled(first.close());
    const last = open(url);
    await writable(last);
    await settled(last.close());
    expect(await stop()).toMatchObject({ stderr: expect.stringContaining('another page has the line') });
  });

  it('gives the line to the next page, although one that was refused is still there', async () => {
    const { url, stop } = await bridge();
    const first = open(url);
    await writable(first);
    const refused = new WebSocket(url, 'rx-usocket.line.v1');
    await once(refused, 'open');
    // It does not answer, so the server waits for its end.
    refused.pause();
    await settled(first.close());
    const next = open(url);
    expect(await writable(next)).toMatchObject({ hangup: false, error: false });
    await settled(next.close());
    refused.terminate();
    await stop();
  });

  it('goes on after a page that sends too much at once', async () => {
    const { url, stop } = await bridge();
    const huge = new WebSocket(url, 'rx-usocket.line.v1');
    await once(huge, 'open');
    huge.on('error', () => undefined).send(Buffer.alloc(2 << 20));
    await once(huge, 'close');
    const next = open(url);
    expect(await writable(next)).toMatchObject({ hangup: false, error: false });
    await settled(next.close());
    await stop();
  });

  it('tells the page why the line is lost, and lets it open the line again', async () => {
    const emulators: ReturnType<typeof createEmulator>[] = [];
    const openLine = (): Uart => {
      const emulator = createEmulator({ latency: 0 });
      emulators.push(emulator);
      return emulator.uart;
    };
    const { url, stop } = await bridge([], { openLine });
    const uart = open(url);
    await writable(uart);
    const lost = failureOf(lastValueFrom(uart.rx$));
    emulators.at(-1)?.fault({ kind: 'unplug' });
    expect(await lost).toMatchObject({ code: 'ENODEV', message: expect.stringContaining('unplugged') });
    await settled(uart.reopen());
    const answered = collect(uart.rx$, 'AT\r\n\r\nOK\r\n'.length);
    await settled(uart.write(Buffer.from('AT\r\n')));
    expect(String(await answered)).toContain('OK');
    await settled(uart.close());
    await stop();
  });

  it('gives up a page that does not read, instead of keeping all for it', async () => {
    const said = new Subject<Uint8Array>();
    const readiness$ = createEmulator().uart.readiness$;
    const openLine = (): Uart => ({ rx$: said, readiness$, write: () => [], close: () => [] });
    const { url, stop } = await bridge([], { openLine });
    const socket = new WebSocket(url, 'rx-usocket.line.v1');
    await once(socket, 'message');
    socket.pause();
    let taken = 0;
    while (said.observed && taken < 1 << 30) {
      said.next(Buffer.alloc(1 << 16));
      taken += 1 << 16;
      if (taken % (1 << 20) === 0) await nextTurn();
    }
    expect(taken).toBeLessThan(64 << 20);
    let last = '';
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) last = String(data);
    });
    const closed = once(socket, 'close');
    socket.resume();
    await closed;
    expect(last).toContain('ENOBUFS');
    await stop();
  });

  it.each([
    [['--listen', 'localhost'], 'Try 1080, or 127.0.0.1:1080'],
    [['--listen', '127.0.0.1:70000'], 'at most 65535'],
    [['--ssid', 'my-ssid'], 'unknown option'],
    [['--baud', 'auto'], '--baud auto'],
    [['--port', 'foo://x'], 'open "foo://'],
  ])('refuses %j', async (args, why) => {
    const { code, stderr } = await runCommand(['bridge', '--port', 'emulator:', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
  });

  it('says that its port is taken', async () => {
    await using server = await tcpServer();
    const { port } = server.endpoint;
    const { code, stderr } = await runCommand(['bridge', '--port', 'emulator:', '--listen', String(port)]);
    const why = expect.stringMatching(`cannot listen on 127.0.0.1:${port}: .*; choose another port`);
    expect([code, stderr]).toEqual([1, why]);
  });

  it('says at the start that a line cannot be opened, goes on, and tells the page why', async () => {
    let said = '';
    const { url, stop } = await bridge(['--port', '/dev/no-such-device'], { printed: (text) => (said += text) });
    expect(said).toMatch(/The line cannot be opened now; .* comes: open \/dev\/no-such-device: there is no such port/);
    const told = { code: 'ENODEV', message: expect.stringContaining('/dev/no-such-device') };
    expect(await failureOf(lastValueFrom(open(url).rx$))).toMatchObject(told);
    expect(await failureOf(lastValueFrom(open(url).rx$))).toMatchObject(told);
    expect(await stop()).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('The line is lost: open /dev/no-such-device'),
    });
  });

  it('refuses a request whose target is no URL', async () => {
    const { url, stop } = await bridge();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13';
    socket.write(`GET // HTTP/1.1\r\nHost: x\r\n${upgrade}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 403 /);
    await stop();
  });

  it.each([
    ['0.0.0.0:0', true],
    ['127.0.0.1:0', false],
    ['localhost:0', false],
    ['[::1]:0', false],
  ])('warns when other machines can reach it: %s', async (listen, isWarned) => {
    // It is stopped before it listens.
    const signal = AbortSignal.abort(new CommandFailure('', 130));
    const { code, stderr } = await runCommand(['bridge', '--port', 'emulator:', '--listen', listen], { signal });
    expect([code, stderr.includes('Warning')]).toEqual([130, isWarned]);
  });
});
