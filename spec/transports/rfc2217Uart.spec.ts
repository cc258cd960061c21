import { describe, expect, it } from '@jest/globals';
import { strict as assert } from 'node:assert';
import { filter, firstValueFrom, lastValueFrom, toArray } from 'rxjs';

import { rfc2217Uart, type ReopenableUart, type Rfc2217UartOptions } from '../../src/transports';
import { OSError } from '../../src/usocket/contract/osError';
import { collect, noise } from '../../harness/peers/bytes';
import { failureOf } from '../../harness/interfaces/failure';
import { tcpServer, unusedPort, type TcpServer } from '../../harness/peers/tcpServer';
import { TelnetPeer, type TelnetPeerOptions } from '../../harness/lines/telnetPeer';

const settled = (what: ReturnType<ReopenableUart['write']>) => lastValueFrom(what, { defaultValue: 'done' });
const writable = (uart: ReopenableUart) => firstValueFrom(uart.readiness$.pipe(filter((level) => level.writable)));

async function lineTo(
  server: TcpServer,
  options: Partial<Rfc2217UartOptions> = {},
  peerOptions: TelnetPeerOptions = {},
): Promise<[ReopenableUart, TelnetPeer]> {
  const { address: host, port } = server.endpoint;
  const uart = rfc2217Uart({ host, port, ...options });
  return [uart, new TelnetPeer(await server.accept(), peerOptions)];
}

describe('a serial line of RFC 2217', () => {
  it('negotiates, then sets speed and framing, before anything is sent', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await lineTo(server, { baudRate: 74_880 });
    expect(await firstValueFrom(uart.readiness$)).toMatchObject({ writable: false });
    await settled(uart.write(Buffer.from('AT\r\n')));
    expect((await peer.received(4)).toString()).toBe('AT\r\n');
    expect(peer.asked).toEqual([
      ['WILL', 0],
      ['DO', 0],
      ['WILL', 3],
      ['DO', 3],
      ['WILL', 44],
      ['SET', 1, 0, 1, 0x24, 0x80],
      ['SET', 2, 8],
      ['SET', 3, 1],
      ['SET', 4, 1],
      ['SET', 5, 1],
    ]);
    await settled(uart.close());
  });

  it('asks for the framing it was told, with a 255 in the speed doubled', async () => {
    await using server = await tcpServer();
    const options = { baudRate: 0xff00, dataBits: 7, parity: 'even', stopBits: 1.5, rtscts: true } as const;
    const [uart, peer] = await lineTo(server, options);
    await writable(uart);
    expect(peer.asked.filter(([what]) => what === 'SET')).toEqual([
      ['SET', 1, 0, 0, 255, 0],
      ['SET', 2, 7],
      ['SET', 3, 3],
      ['SET', 4, 3],
      ['SET', 5, 3],
    ]);
    await settled(uart.close());
  });

  it('carries random bytes each way at once', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await lineTo(server);
    await writable(uart);
    const [there, back] = [noise(100_000), noise(100_000)];
    const received = collect(uart.rx$, back.length);
    peer.send(back);
    await settled(uart.write(there));
    expect((await received).equals(back)).toBe(true);
    expect((await peer.received(there.length)).equals(there)).toBe(true);
    await settled(uart.close());
  });

  it('declines other options, and never answers an answer', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await lineTo(server);
    await writable(uart);
    const before = peer.asked.length;
    peer.sendRaw(255, 253, 24, 255, 251, 1, 255, 254, 31, 255, 252, 32, 255, 253, 44, 255, 251, 0);
    await settled(uart.write(Buffer.from('x')));
    peer.sendRaw(255, 253, 36);
    const received = collect(uart.rx$, 1);
    peer.send(Buffer.from('y'));
    await received;
    await settled(uart.write(Buffer.from('z')));
    await peer.received(2);
    expect(peer.asked.slice(before)).toEqual([
      ['WONT', 24],
      ['DONT', 1],
      ['WONT', 36],
    ]);
    await settled(uart.close());
  });

  it('holds writes back between SUSPEND and RESUME, in their order', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await lineTo(server);
    await writable(uart);
    const suspended = firstValueFrom(uart.readiness$.pipe(filter((level) => !level.writable)));
    peer.sendRaw(255, 250, 44, 108, 255, 240);
    await suspended;
    const writes = Promise.all([settled(uart.write(Buffer.from('a'))), settled(uart.write(Buffer.from('b')))]);
    const echoed = collect(uart.rx$, 1);
    peer.send(Buffer.from('x'));
    await echoed;
    expect(peer.data).toEqual([]);
    peer.sendRaw(255, 250, 44, 109, 255, 240);
    await writes;
    expect((await peer.received(2)).toString()).toBe('ab');
    await settled(uart.close());
  });

  it('passes over what the server tells of its line and modem state', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await lineTo(server);
    await writable(uart);
    const received = collect(uart.rx$, 2);
    peer.sendRaw(255, 250, 44, 107, 0xb0, 255, 240, 111, 255, 250, 44, 106, 96, 255, 240, 107);
    expect((await received).toString()).toBe('ok');
    await settled(uart.close());
  });
});

describe('a server of RFC 2217 as it is', () => {
  /** What the line tells of itself until it can be written to. */
  async function told(peerOptions: TelnetPeerOptions, options: Partial<Rfc2217UartOptions> = {}): Promise<string[]> {
    await using server = await tcpServer();
    const [uart, peer] = await lineTo(server, { timeout: 400, ...options }, peerOptions);
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
    expect(await told(peerOptions, { rtscts: true })).toEqual([]);
  });

  it('that says the same again and again is answered once', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await lineTo(server);
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
    const [uart, peer] = await lineTo(server);
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
    const [uart] = await lineTo(server, { rtscts: true, timeout: 400 }, answering(5, answer));
    const error = await failureOf(uart.rx$);
    expect(error.code).toBe('EINVAL');
    expect(error.message).toContain(`SET-CONTROL RTS/CTS flow control, the serial server ${words}`);
    expect(error.message).toContain('open the line without rtscts');
  });

  it.each([[[0, 0, 0, 0]], [[]], [[0, 1, 0xb0, 0]], [[0, 2, 0, 0]]])(
    'that makes another speed, %j, is refused',
    async (answer) => {
      await using server = await tcpServer();
      const [uart] = await lineTo(server, {}, answering(1, answer));
      expect((await failureOf(uart.rx$)).code).toBe('EINVAL');
    },
  );

  it('that does not say what speed it makes is refused in time', async () => {
    await using server = await tcpServer();
    const [uart] = await lineTo(server, { timeout: 50 }, answering(1, undefined));
    expect((await failureOf(uart.rx$)).code).toBe('ETIMEDOUT');
  });
});

describe('a serial line of RFC 2217 that fails', () => {
  it('says EPROTO when the server refuses COM-PORT', async () => {
    await using server = await tcpServer();
    const [uart] = await lineTo(
      server,
      {},
      { negotiate: (asked, option) => (option === 44 ? [255, 254, 44] : [255, asked === 251 ? 253 : 251, option]) },
    );
    const writing = failureOf(uart.write(Buffer.from('x')));
    const error = await failureOf(uart.rx$);
    expect([error.code, error.syscall]).toEqual(['EPROTO', 'open']);
    expect(error.message).toContain('tcp://127.0.0.1');
    expect(await writing).toBe(error);
    expect(await failureOf(uart.rx$)).toBe(error);
    expect(await settled(uart.close())).toBe('done');
  });

  it('says EINVAL when the server sets another speed', async () => {
    await using server = await tcpServer();
    const [uart] = await lineTo(
      server,
      { baudRate: 115_200 },
      {
        confirm: (code, value) => (code === 1 ? [0, 0, 0x25, 0x80] : value),
      },
    );
    const error = await failureOf(uart.rx$);
    expect(error.code).toBe('EINVAL');
    expect(error.message).toContain('115200');
    expect(error.message).toContain('9600');
  });

  it.each([
    ['negotiates nothing', { negotiate: () => [] }],
    ['confirms nothing', { confirm: () => undefined }],
  ])('says ETIMEDOUT when the server %s', async (_name, peerOptions: TelnetPeerOptions) => {
    await using server = await tcpServer();
    const [uart] = await lineTo(server, { timeout: 50 }, peerOptions);
    const error = await failureOf(uart.rx$);
    expect(error.code).toBe('ETIMEDOUT');
    expect(error.message).toContain('50 ms');
  });

  it('says ENODEV when the server ends the line, and when it breaks it off', async () => {
    await using server = await tcpServer();
    const [[one, onePeer], [other, otherPeer]] = [await lineTo(server), await lineTo(server)];
    await Promise.all([writable(one), writable(other)]);
    const failed = Promise.all([failureOf(one.rx$), failureOf(other.rx$)]);
    onePeer.socket.end();
    otherPeer.socket.resetAndDestroy();
    expect((await failed).map(({ code }) => code)).toEqual(['ENODEV', 'ENODEV']);
  });

  it.each([
    ['Port already in use\r\n', {}],
    ['Device open failure: Object not found\r\n', { negotiate: () => [] }],
  ])('quotes what the server says before it ends the line: %j', async (said, peerOptions) => {
    await using server = await tcpServer();
    const [uart, peer] = await lineTo(server, {}, peerOptions);
    const reading = failureOf(uart.rx$);
    peer.sendRaw(255, 251, 3, ...Buffer.from(said));
    peer.socket.end();
    const error = await reading;
    expect(error.code).toBe('ENODEV');
    expect(error.message).toContain(`it said ${JSON.stringify(said.trim())}`);
  });

  it('quotes what a server says that is none of RFC 2217', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await lineTo(server, { timeout: 50 }, { negotiate: () => [] });
    peer.send(Buffer.from('\r\nRouter login: '));
    const error = await failureOf(uart.rx$);
    expect([error.code, error.message]).toEqual(['ETIMEDOUT', expect.stringContaining('it said "Router login:"')]);
  });

  it('says ECONNREFUSED where nobody listens', async () => {
    const uart = rfc2217Uart({ host: '127.0.0.1', port: await unusedPort() });
    expect((await failureOf(uart.rx$)).code).toBe('ECONNREFUSED');
  });

  it('completes its readers when it is closed while it negotiates, and fails a waiting write', async () => {
    await using server = await tcpServer();
    const [uart] = await lineTo(server, {}, { negotiate: () => [] });
    const received = lastValueFrom(uart.rx$.pipe(toArray()));
    const writing = failureOf(uart.write(Buffer.from('x')));
    await settled(uart.close());
    expect(await received).toEqual([]);
    expect((await writing).code).toBe('EBADF');
  });

  it.each([0, -1, 1.5, 2 ** 32])('refuses the baud rate %p at the call', (baudRate) => {
    assert.throws(
      () => rfc2217Uart({ host: '127.0.0.1', port: 2217, baudRate }),
      (error) => error instanceof OSError && error.code === 'EINVAL',
    );
  });
});
