import { describe, expect, it, jest } from '@jest/globals';
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';

import { tcpUart } from '../../../src/transports';
import { OSError } from '../../../src/usocket/contract/osError';
import { collect, noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { tcpServer, unusedPort } from '../../../harness/peers/tcpServer';
import { nextTurn } from '../../../harness/time/turns';
import { settled, writable } from '../support/uart';

const to = ({ address, port }: { address: string; port: number }) => ({ host: address, port });

describe('a serial line over TCP', () => {
  it('carries 1 MB of random bytes each way at once', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server.endpoint));
    const [there, back] = [noise(1 << 20), noise(1 << 20)];
    const received = collect(uart.rx$, back.length);
    const peer = await server.accept();
    peer.write(back);
    const arrived = buffer(peer);
    await settled(uart.write(there));
    expect((await received).equals(back)).toBe(true);
    await settled(uart.close());
    expect((await arrived).equals(there)).toBe(true);
  });

  it('takes no bytes while it is held, where the server is told to have flow control', async () => {
    await using server = await tcpServer();
    const uart = tcpUart({ ...to(server.endpoint), rtscts: true });
    await writable(uart);
    const peer = await server.accept();
    const sent = noise(16 << 20);
    let heard = 0;
    uart.rx$.subscribe((chunk) => (heard += chunk.length));
    const received = collect(uart.rx$, sent.length);
    uart.hold?.(true);
    peer.write(sent);
    // Another line that carries a megabyte shows that time enough has passed for this one.
    const other = tcpUart(to(server.endpoint));
    const through = collect(other.rx$, 1 << 20);
    (await server.accept()).write(noise(1 << 20));
    await through;
    expect([heard, peer.writableLength > 0, other.hold]).toEqual([0, true, undefined]);
    uart.hold?.(false);
    expect((await received).equals(sent)).toBe(true);
    await Promise.all([settled(uart.close()), settled(other.close())]);
  });

  it('is not writable before it is connected, and while the server takes nothing', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server.endpoint));
    expect(await firstValueFrom(uart.readiness$)).toMatchObject({ writable: false });
    await writable(uart);
    const sent = noise(32 << 20);
    let done = false;
    const writing = settled(uart.write(sent)).then(() => (done = true));
    expect(await firstValueFrom(uart.readiness$)).toMatchObject({ writable: false });
    // Another line that carries a megabyte shows that time enough has passed for this one.
    const other = tcpUart(to(server.endpoint));
    const [peer, otherPeer] = [await server.accept(), await server.accept()];
    const through = collect(other.rx$, 1 << 20);
    otherPeer.write(noise(1 << 20));
    await through;
    expect(done).toBe(false);
    const arrived = buffer(peer);
    await writing;
    await writable(uart);
    await Promise.all([settled(uart.close()), settled(other.close())]);
    expect((await arrived).equals(sent)).toBe(true);
  });

  it('fails with ENODEV when the server ends the line', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server.endpoint));
    const chunks = lastValueFrom(uart.rx$.pipe(toArray()));
    (await server.accept()).end('bye');
    await assert.rejects(chunks, (error) => error instanceof OSError && error.code === 'ENODEV');
    expect((await failureOf(uart.write(Buffer.from('x')))).code).toBe('ENODEV');
    expect(await firstValueFrom(uart.readiness$)).toMatchObject({ hangup: true, error: true, writable: false });
    expect(await settled(uart.close())).toBe('done');
  });

  it.each([
    ['Port already in use\r\n', 'it said "Port already in use"'],
    ['Device open failure: Object not found\r\n', 'it said "Device open failure: Object not found"'],
    ['\xff\xfb\x03\xff\xfb\x01ser2net\r\nPort already in use\r\n', 'it said "ser2net Port already in use"'],
    ['x'.repeat(150) + '\r\n', 'x'.repeat(150)],
  ])('quotes what the server says before it ends the line: %j', async (said, quoted) => {
    await using server = await tcpServer();
    const [one, other] = [tcpUart(to(server.endpoint)), tcpUart(to(server.endpoint))];
    const [reading, breaking] = [failureOf(one.rx$), failureOf(other.rx$)];
    const through = collect(other.rx$, said.length);
    (await server.accept()).end(Buffer.from(said, 'latin1'));
    const peer = await server.accept();
    peer.write(Buffer.from(said, 'latin1'));
    await through;
    peer.resetAndDestroy();
    for (const error of await Promise.all([reading, breaking])) {
      expect(error.code).toBe('ENODEV');
      expect(error.message).toContain(quoted);
    }
  });

  it.each([
    ['of a line that was in use', 'OK\r\n'.repeat(60)],
    ['that is no text', '\x00\x1b\x80ab\xff'],
    ['when it says nothing', ''],
  ])('quotes nothing %s', async (_name, said) => {
    await using server = await tcpServer();
    const reading = failureOf(tcpUart(to(server.endpoint)).rx$);
    (await server.accept()).end(Buffer.from(said, 'latin1'));
    expect((await reading).message).not.toContain('it said');
  });

  it('fails with ENODEV when the server breaks it off, also for late subscribers', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server.endpoint));
    await writable(uart);
    const [reading, writing] = [failureOf(uart.rx$), failureOf(uart.write(noise(32 << 20)))];
    (await server.accept()).resetAndDestroy();
    const error = await reading;
    expect([error.code, error.syscall]).toEqual(['ENODEV', 'read']);
    expect(error.message).toContain('ECONNRESET');
    expect(await writing).toBe(error);
    expect(await failureOf(uart.rx$)).toBe(error);
  });

  it('keeps no listeners when it is referenced and unreferenced after its loss', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server.endpoint));
    const reading = failureOf(uart.rx$);
    (await server.accept()).end();
    await reading;
    await nextTurn();
    const listening = jest.spyOn(Socket.prototype, 'once');
    uart.ref?.();
    uart.unref?.();
    expect(listening).not.toHaveBeenCalled();
    listening.mockRestore();
  });

  it('fails with ECONNREFUSED on a closed port', async () => {
    const port = await unusedPort();
    const uart = tcpUart({ host: '127.0.0.1', port });
    const writing = failureOf(uart.write(Buffer.from('x')));
    const error = await failureOf(uart.rx$);
    expect([error.code, error.syscall]).toEqual(['ECONNREFUSED', 'connect']);
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(await writing).toBe(error);
    expect(await settled(uart.close())).toBe('done');
  });

  it('can be closed while it connects', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server.endpoint));
    const received = lastValueFrom(uart.rx$.pipe(toArray()));
    expect(await Promise.all([settled(uart.close()), settled(uart.close())])).toEqual(['done', 'done']);
    expect(await received).toEqual([]);
    expect((await failureOf(uart.write(Buffer.from('x')))).code).toBe('EBADF');
  });

  it('closes in time when the server does not take the rest', async () => {
    await using server = await tcpServer();
    const uart = tcpUart({ ...to(server.endpoint), linger: 20 });
    await writable(uart);
    const failed = failureOf(uart.write(noise(32 << 20)));
    expect(await settled(uart.close())).toBe('done');
    expect((await failed).code).toBe('EBADF');
  });

  it('gives the server all that was written before it was closed', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server.endpoint));
    await writable(uart);
    const peer = await server.accept();
    await settled(uart.write(Buffer.from('AT\r\n')));
    await settled(uart.close());
    const ended = once(peer, 'end');
    expect((await buffer(peer)).toString()).toBe('AT\r\n');
    await ended;
  });

  it.each([
    [{ host: '', port: 3000 }, 'host'],
    [{ host: '127.0.0.1', port: 0 }, '65535'],
    [{ host: '127.0.0.1', port: 65_536 }, '65535'],
  ])('refuses %p at the call', (options, told) => {
    assert.throws(
      () => tcpUart(options),
      (error) => error instanceof OSError && error.code === 'EINVAL' && error.message.includes(told),
    );
  });
});
