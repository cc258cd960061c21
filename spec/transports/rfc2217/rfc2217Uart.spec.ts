import { describe, expect, it } from '@jest/globals';
import { strict as assert } from 'node:assert';
import { filter, firstValueFrom, lastValueFrom, toArray } from 'rxjs';

import { rfc2217Uart } from '../../../src/transports';
import { OSError } from '../../../src/usocket/contract/osError';
import { failureOf } from '../../../harness/interfaces/failure';
import type { TelnetPeerOptions } from '../../../harness/lines/telnetPeer';
import { collect, noise } from '../../../harness/peers/bytes';
import { tcpServer, unusedPort } from '../../../harness/peers/tcpServer';
import { rfc2217Line } from '../support/rfc2217Line';
import { settled, writable } from '../support/uart';

describe('a serial line of RFC 2217', () => {
  it('negotiates, then sets speed and framing, before anything is sent', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await rfc2217Line(server, { baudRate: 74_880 });
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
    const [uart, peer] = await rfc2217Line(server, options);
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
    const [uart, peer] = await rfc2217Line(server);
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
    const [uart, peer] = await rfc2217Line(server);
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
    const [uart, peer] = await rfc2217Line(server);
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

  it('ignores the reports of the server about its line and modem state', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await rfc2217Line(server);
    await writable(uart);
    const received = collect(uart.rx$, 2);
    peer.sendRaw(255, 250, 44, 107, 0xb0, 255, 240, 111, 255, 250, 44, 106, 96, 255, 240, 107);
    expect((await received).toString()).toBe('ok');
    await settled(uart.close());
  });
});

describe('a serial line of RFC 2217 that fails', () => {
  it('says EPROTO when the server refuses COM-PORT', async () => {
    await using server = await tcpServer();
    const [uart] = await rfc2217Line(
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
    const [uart] = await rfc2217Line(
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
    const [uart] = await rfc2217Line(server, { timeout: 50 }, peerOptions);
    const error = await failureOf(uart.rx$);
    expect(error.code).toBe('ETIMEDOUT');
    expect(error.message).toContain('50 ms');
  });

  it('says ENODEV when the server ends the line, and when it breaks it off', async () => {
    await using server = await tcpServer();
    const [[one, onePeer], [other, otherPeer]] = [await rfc2217Line(server), await rfc2217Line(server)];
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
    const [uart, peer] = await rfc2217Line(server, {}, peerOptions);
    const reading = failureOf(uart.rx$);
    peer.sendRaw(255, 251, 3, ...Buffer.from(said));
    peer.socket.end();
    const error = await reading;
    expect(error.code).toBe('ENODEV');
    expect(error.message).toContain(`it said ${JSON.stringify(said.trim())}`);
  });

  it('quotes the text of a server that does not speak RFC 2217', async () => {
    await using server = await tcpServer();
    const [uart, peer] = await rfc2217Line(server, { timeout: 50 }, { negotiate: () => [] });
    peer.send(Buffer.from('\r\nRouter login: '));
    const error = await failureOf(uart.rx$);
    expect([error.code, error.message]).toEqual(['ETIMEDOUT', expect.stringContaining('it said "Router login:"')]);
  });

  it('fails with ECONNREFUSED on a closed port', async () => {
    const uart = rfc2217Uart({ host: '127.0.0.1', port: await unusedPort() });
    expect((await failureOf(uart.rx$)).code).toBe('ECONNREFUSED');
  });

  it('completes its readers when it is closed while it negotiates, and fails a waiting write', async () => {
    await using server = await tcpServer();
    const [uart] = await rfc2217Line(server, {}, { negotiate: () => [] });
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
