import { describe, expect, it } from '@jest/globals';
import { filter } from 'rxjs';

import type { Rfc2217UartOptions } from '../../../src/transports';
import { failureOf } from '../../../harness/interfaces/failure';
import type { TelnetPeerOptions } from '../../../harness/lines/telnetPeer';
import { collect } from '../../../harness/peers/bytes';
import { tcpServer } from '../../../harness/peers/tcpServer';
import { rfc2217Line } from '../support/rfc2217Line';
import { settled, writable } from '../support/uart';

describe('a server of RFC 2217 as it is', () => {
  /** What the line tells of itself until it can be written to. */
  async function told(peerOptions: TelnetPeerOptions, options: Partial<Rfc2217UartOptions> = {}): Promise<string[]> {
    await using server = await tcpServer();
    const [uart, peer] = await rfc2217Line(server, { timeout: 2000, ...options }, peerOptions);
    await settled(uart.write(Buffer.from('AT\r\n')));
    expect((await peer.received(4)).toString()).toBe('AT\r\n');
    const notices: string[] = [];
    uart.notices$?.subscribe((notice) => notices.push(notice.replaceAll(`:${server.endpoint.port}`, ':port')));
    await settled(uart.close());
    return notices;
  }
  const answering = (asked: number, answer: readonly number[] | undefined): TelnetPeerOptions => ({
    confirm: (code, value) => (code === asked ? answer : value),
  });
  const asked = '127.0.0.1:port: asked for';

  it('that confirms everything has nothing to tell', async () => {
    expect(await told({})).toEqual([]);
  });

  it.each([
    ['does not answer to SET-CONTROL', 5, undefined, 'SET-CONTROL no flow control, the serial server did not answer'],
    ['answers to SET-CONTROL with another value', 5, [3], 'SET-CONTROL no flow control, the serial server answered 3'],
    ['answers to SET-CONTROL with nothing', 5, [], 'SET-CONTROL no flow control, the serial server answered nothing'],
    [
      'tells the speed that its divider makes',
      1,
      [0, 1, 0xc2, 0x49],
      'SET-BAUDRATE 115200, the serial server answered 115273',
    ],
    [
      'puts four NULs behind the speed',
      1,
      [0, 1, 0xc2, 0, 0, 0, 0, 0],
      'SET-BAUDRATE 115200, the serial server answered 115200 and 4 bytes more',
    ],
    [
      'puts two NULs in front of the speed',
      1,
      [0, 0, 0, 1, 0xc2, 0],
      'SET-BAUDRATE 115200, the serial server answered 1 and 2 bytes more',
    ],
    ['leaves a NUL of the speed out', 1, [1, 0xc2, 0x49], 'SET-BAUDRATE 115200, the serial server answered 115273'],
    ['puts a NUL behind the size', 2, [8, 0], 'SET-DATASIZE 8, the serial server answered 8 and 1 bytes more'],
    ['does not answer to SET-PARITY', 3, undefined, 'SET-PARITY none, the serial server did not answer'],
    ['has fixed its parity', 3, [0], 'SET-PARITY none, the serial server answered 0'],
    ['answers to SET-STOPSIZE with 0', 4, [0], 'SET-STOPSIZE 1, the serial server answered 0'],
  ])('that %s has its line opened, and that told', async (_name, code, answer, notice) => {
    expect(await told(answering(code, answer))).toEqual([`${asked} ${notice}`]);
  });

  it('that answers the speed alone has its line opened', async () => {
    expect(await told({ confirm: (code, value) => (code === 1 ? value : undefined) })).toEqual([
      `${asked} SET-DATASIZE 8, the serial server did not answer`,
      `${asked} SET-PARITY none, the serial server did not answer`,
      `${asked} SET-STOPSIZE 1, the serial server did not answer`,
      `${asked} SET-CONTROL no flow control, the serial server did not answer`,
    ]);
  });

  const agreeing = (verb: number, option: number) => [255, verb === 251 ? 253 : 251, option];
  it.each([
    ['to the server', 251, '(DONT 0): some bytes may be changed on their way to the modem'],
    ['from the server', 253, '(WONT 0): some bytes may be changed on their way from the modem'],
  ])('that refuses BINARY %s has its line opened, and that told', async (_name, refused, notice) => {
    const notices = await told({
      negotiate: (verb, option) =>
        verb === refused && option === 0 ? [255, verb === 251 ? 254 : 252, 0] : agreeing(verb, option),
    });
    expect(notices).toEqual([`127.0.0.1:port: the serial server does not agree to BINARY ${notice}`]);
  });

  it.each([
    ['says nothing of BINARY', (verb: number, option: number) => (option === 0 ? [] : agreeing(verb, option))],
    [
      'offers COM-PORT itself',
      (verb: number, option: number) => (option === 44 ? [255, 251, 44] : agreeing(verb, option)),
    ],
    [
      'says of COM-PORT only what it does with it',
      (_: number, option: number) => (option === 44 ? [255, 250, 44, 107, 0, 255, 240] : []),
    ],
  ])('that %s has its line opened', async (_name, negotiate) => {
    expect(await told({ negotiate })).toEqual([]);
  });

  const telling = (...said: readonly number[][]): TelnetPeerOptions => ({
    negotiate: (verb, option) =>
      option === 44
        ? [255, 253, 44, ...said.flatMap((one) => [255, 250, 44, ...one, 255, 240])]
        : agreeing(verb, option),
  });
  it.each([
    ['the speed that was set before', telling([101, 0, 0, 0x25, 0x80])],
    ['its BREAK and the flow control from the modem', telling([105, 6], [105, 14])],
    ['its line and its modem state', telling([106, 96], [107, 0xb0])],
  ])('that tells %s, unasked and ahead of its answers, has its line opened', async (_name, peerOptions) => {
    // With the usual time for the real answers, which come at once: a pause of this process must not look like none.
    expect(await told(peerOptions, { rtscts: true, timeout: 5_000 })).toEqual([]);
  });

  it('that says the same again and again is answered once', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await rfc2217Line(server);
    await writable(uart);
    const before = peer.asked.length;
    for (let times = 0; times < 5; times++) peer.sendRaw(255, 251, 44, 255, 253, 24, 255, 251, 1);
    const received = collect(uart.rx$, 1);
    peer.send(Buffer.from('y'));
    await received;
    await settled(uart.write(Buffer.from('x')));
    await peer.received(1);
    expect(peer.asked.slice(before)).toEqual([
      ['DO', 44],
      ['WONT', 24],
      ['DONT', 1],
    ]);
    await settled(uart.close());
  });

  it.each([
    ['a byte that is none of a command', [255, 65]],
    ['the beginning of a command that is none', [255, 250]],
    ['the beginning of a command that does not end', [255, 250, 44, 101]],
    ['an option that there is not', [255, 253, 200]],
  ])('that does not double 255 before %s has its line go on, and that told once', async (_name, bytes) => {
    await using server = await tcpServer();
    const [uart, peer] = await rfc2217Line(server);
    await writable(uart);
    const received = collect(uart.rx$.pipe(filter((chunk) => chunk.includes(0x7c))), 1);
    peer.sendRaw(...bytes, ...Buffer.alloc(50), ...bytes, ...Buffer.alloc(50), 0x7c);
    await received;
    const notices: string[] = [];
    uart.notices$?.subscribe((notice) => notices.push(notice));
    expect(notices).toEqual([expect.stringContaining('sends the byte 0xFF in data once instead of twice')]);
    expect(uart.advice?.loss).toContain(`once instead of twice (RFC 854), so that data get lost`);
    expect(uart.advice?.loss).toContain(`127.0.0.1:${server.endpoint.port}`);
    await settled(uart.close());
  });

  it.each([
    ['answers otherwise', [1], 'answered 1'],
    ['does not answer', undefined, 'did not answer'],
  ])('that %s to RTS/CTS is refused with what to do', async (_name, answer, words) => {
    await using server = await tcpServer();
    const [uart] = await rfc2217Line(server, { rtscts: true, timeout: 2000 }, answering(5, answer));
    const error = await failureOf(uart.rx$);
    expect(error.code).toBe('EINVAL');
    expect(error.message).toContain(`SET-CONTROL RTS/CTS flow control, the serial server ${words}`);
    expect(error.message).toContain('open the line without rtscts');
  });

  it.each([[[0, 0, 0, 0]], [[]], [[0, 1, 0xb0, 0]], [[0, 2, 0, 0]]])(
    'that makes another speed, %j, is refused',
    async (answer) => {
      await using server = await tcpServer();
      const [uart] = await rfc2217Line(server, {}, answering(1, answer));
      expect((await failureOf(uart.rx$)).code).toBe('EINVAL');
    },
  );

  it('that does not say what speed it makes is refused in time', async () => {
    await using server = await tcpServer();
    const [uart] = await rfc2217Line(server, { timeout: 50 }, answering(1, undefined));
    expect((await failureOf(uart.rx$)).code).toBe('ETIMEDOUT');
  });
});
