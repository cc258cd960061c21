import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMPTY, firstValueFrom, lastValueFrom, toArray } from 'rxjs';

import { rfc2217Uart, serialUart, tcpUart } from '../../../src/transports';
import { reopenableUart } from '../../../src/transports/line/reopenableUart';
import type { Transport } from '../../../src/transports/line/transportUart';
import { OSError } from '../../../src/usocket/contract/osError';
import { collect } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { openPty, type Pty } from '../../../harness/lines/pty';
import { tcpServer, type TcpServer } from '../../../harness/peers/tcpServer';
import { TelnetPeer } from '../../../harness/lines/telnetPeer';
import { marbles } from '../../../harness/time/marbles';
import { settled, writable } from '../support/uart';

const to = ({ endpoint: { address: host, port } }: TcpServer) => ({ host, port });

describe('a line over TCP that is opened again', () => {
  it.each([
    ['ended', true],
    ['broken off', false],
  ])('carries bytes both ways after it was %s, on the same Uart', async (_name, isEnded) => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server));
    await writable(uart);
    const lost = failureOf(uart.rx$);
    const first = await server.accept();
    if (isEnded) first.end();
    else first.resetAndDestroy();
    expect((await lost).code).toBe('ENODEV');
    const levels: boolean[] = [];
    uart.readiness$.subscribe(({ hangup }) => levels.push(hangup));
    expect(await settled(uart.reopen())).toBe('done');
    const received = collect(uart.rx$, 2);
    const peer = await server.accept();
    peer.write('hi');
    expect((await received).toString()).toBe('hi');
    await settled(uart.write(Buffer.from('AT')));
    peer.resume();
    expect(String((await once(peer, 'data'))[0])).toBe('AT');
    expect(levels).toContain(true);
    expect(levels.at(-1)).toBe(false);
    first.destroy();
    await settled(uart.close());
  });

  it('fails with what stands in the way, and works when that is gone', async () => {
    const server = await tcpServer();
    const uart = tcpUart(to(server));
    await writable(uart);
    const lost = failureOf(uart.rx$);
    (await server.accept()).destroy();
    await server[Symbol.asyncDispose]();
    await lost;
    expect((await failureOf(uart.reopen())).code).toBe('ECONNREFUSED');
    expect((await failureOf(uart.reopen())).code).toBe('ECONNREFUSED');
    expect((await failureOf(uart.rx$)).code).toBe('ECONNREFUSED');
    await using back = await tcpServer(server.endpoint.port);
    expect(await settled(uart.reopen())).toBe('done');
    (await back.accept()).destroy();
    await settled(uart.close());
  });

  it('is opened once by two who ask at the same time', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server));
    (await server.accept()).destroy();
    await failureOf(uart.rx$);
    expect(await Promise.all([settled(uart.reopen()), settled(uart.reopen())])).toEqual(['done', 'done']);
    const received = collect(uart.rx$, 1);
    (await server.accept()).write('x');
    await received;
    await settled(uart.close());
  });

  it('gives up the connection that it has, which may be gone without a word', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server));
    await writable(uart);
    const silent = await server.accept();
    const ended = lastValueFrom(uart.rx$, { defaultValue: 'ended' });
    expect(await settled(uart.reopen())).toBe('done');
    expect(await ended).toBe('ended');
    const received = collect(uart.rx$, 1);
    silent.write('old');
    (await server.accept()).write('x');
    expect((await received).toString()).toBe('x');
    await settled(uart.close());
  });

  it('is not opened again once it is closed, also not when that happens meanwhile', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server));
    (await server.accept()).destroy();
    await failureOf(uart.rx$);
    const opening = failureOf(uart.reopen());
    await settled(uart.close());
    expect((await opening).code).toBe('EBADF');
    expect((await failureOf(uart.reopen())).code).toBe('EBADF');
  });

  it('goes on opening when the caller no longer waits', async () => {
    await using server = await tcpServer();
    const uart = tcpUart(to(server));
    (await server.accept()).destroy();
    await failureOf(uart.rx$);
    uart.reopen().subscribe().unsubscribe();
    expect(await writable(uart)).toMatchObject({ hangup: false, error: false });
    await settled(uart.close());
  });
});

describe('a line of RFC 2217 that is opened again', () => {
  it('negotiates and is set up again, and repeats its notices', async () => {
    await using server = await tcpServer();
    const uart = rfc2217Uart({ ...to(server), timeout: 2000 });
    const silent = { confirm: (code: number, value: readonly number[]) => (code === 5 ? undefined : value) };
    const first = new TelnetPeer(await server.accept(), silent);
    await writable(uart);
    expect(await firstValueFrom(uart.notices$ ?? EMPTY)).toContain('SET-CONTROL');
    const lost = failureOf(uart.rx$);
    first.socket.end();
    await lost;
    const [second] = await Promise.all([
      server.accept().then((socket) => new TelnetPeer(socket)),
      settled(uart.reopen()),
    ]);
    expect(second.asked).toEqual(first.asked);
    const notices: string[] = [];
    uart.notices$?.subscribe((notice) => notices.push(notice));
    expect(notices).toEqual([]);
    await settled(uart.close());
    expect(await lastValueFrom(uart.rx$.pipe(toArray()))).toEqual([]);
  });
});

describe('a serial port that is plugged in again', () => {
  let folder: string;
  let path: string;
  const ptys: Pty[] = [];
  const plugIn = (): Pty => {
    const pty = openPty();
    ptys.push(pty);
    symlinkSync(pty.path, path);
    return pty;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'line-'));
    path = join(folder, 'modem');
  });
  afterEach(() => {
    for (const pty of ptys.splice(0)) pty.close();
    rmSync(folder, { recursive: true });
  });

  it('under the same name works again, and is ENODEV until then', async () => {
    const first = plugIn();
    const uart = serialUart({ path });
    await writable(uart);
    const lost = failureOf(uart.rx$);
    first.unplug();
    unlinkSync(path);
    expect((await lost).code).toBe('ENODEV');
    expect((await failureOf(uart.reopen())).code).toBe('ENODEV');
    const second = plugIn();
    expect(await settled(uart.reopen())).toBe('done');
    const received = collect(uart.rx$, 2);
    await second.say(Buffer.from('hi'));
    expect((await received).toString()).toBe('hi');
    await settled(uart.close());
  });
});

describe('reopenableUart', () => {
  const unplugged = new OSError('ENODEV', 'read', 'it was unplugged');
  const chunks = { a: Buffer.from('a'), b: Buffer.from('b') };
  const idle = { readable: false, writable: false, hangup: false, error: false };
  const states = {
    i: idle,
    w: { ...idle, writable: true },
    l: { ...idle, readable: true, hangup: true, error: true },
  };
  const transportOf = (parts: Pick<Transport, 'received$' | 'writable$' | 'release'>): Transport => ({
    name: 'line',
    send: () => EMPTY,
    longestPause: 100,
    ...parts,
  });

  it(
    'opens the line once for all who ask, after the old one has been closed, and shows the state of the new one',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const release$ = cold<never>('--|');
      const received$ = [cold('-a-#', chunks, unplugged), cold('---b', chunks)] as const;
      const writable$ = [cold('t', { t: true }), cold('-t', { t: true })] as const;
      let count = 0;
      const uart = reopenableUart(() => {
        const at = count++ === 0 ? 0 : 1;
        return transportOf({ received$: received$[at], writable$: writable$[at], release: () => release$ });
      });
      expectObservable(uart.rx$).toBe('               -a-#', chunks, unplugged);
      expectObservable(uart.readiness$, '-^').toBe('  -w-l---iw', states);
      expectObservable(uart.reopen(), '-----^').toBe('  --------|');
      expectObservable(uart.reopen(), '------^').toBe(' --------|');
      expectObservable(uart.rx$, '--------^').toBe('   ----------b', chunks);
      expectSubscriptions(release$.subscriptions).toBe('-----^-!');
      expectSubscriptions(received$[1].subscriptions).toBe('-------^');
    }),
  );

  it(
    'does not open a line that is closed meanwhile',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const release$ = cold<never>('---|');
      let count = 0;
      const received$ = cold('-#', chunks, unplugged);
      const uart = reopenableUart(() => {
        count++;
        return transportOf({ received$, writable$: cold(''), release: () => release$ });
      });
      const closed = new OSError('EBADF', 'open', 'open line: the line has been closed');
      expectObservable(uart.reopen(), '--^').toBe('-----#', {}, closed);
      expectObservable(uart.close(), '---^').toBe('-----|');
      expectObservable(uart.reopen(), '-------^').toBe('-------#', {}, closed);
      expectSubscriptions(release$.subscriptions).toBe('--^--!');
      expectSubscriptions(received$.subscriptions).toBe('^!');
      expect(count).toBe(1);
    }),
  );
});
