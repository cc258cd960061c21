import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';

import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { reset, restAt, sayLast, takeAt, until } from '../../../harness/peers/peer';

describe.each(interfaces)('non-blocking sending, over $name', (tested) => {
  it('takes small writes in a row, and keeps their order', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    socket.setblocking(false);
    const texts = Array.from({ length: 100 }, (_, index) => `${index} `);
    const counts = await Promise.all(texts.map((text) => socket.write(text)));
    expect(counts).toEqual(texts.map(({ length }) => length));
    const all = texts.join('');
    expect(String(await takeAt(peer, all.length))).toBe(all);
  });

  it('is writable as long as there is room, and again when there is', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, peer } = pair;
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_SNDBUF, 100);
    socket.setblocking(false);
    expect(await socket.write(Buffer.alloc(99))).toBe(99);
    expect((await firstValueFrom(socket.readiness$)).writable).toBe(true);
    expect(await socket.write('two')).toBe(1);
    expect((await firstValueFrom(socket.readiness$)).writable).toBe(false);
    expect(await socket.write('x')).toBeNull();
    expect(await failureOf(socket.send('x'))).toMatchObject({ code: 'EAGAIN', errno: 11, syscall: 'send' });
    expect(await socket.write('')).toBe(0);
    await until(socket.readiness$, ({ writable }) => writable);
    expect(await socket.send('more')).toBe(4);
    expect(String((await takeAt(peer, 104)).subarray(99))).toBe('tmore');
  });

  it('stands in front of what a blocking call sends, and behind it', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const [one, other] = [noise(3000), noise(3000)];
    socket.setblocking(false);
    expect(await socket.write(one)).toBe(3000);
    socket.setblocking(true);
    const waiting = socket.sendall('between');
    socket.setblocking(false);
    expect(await socket.write(other)).toBe(3000);
    const [got] = await Promise.all([takeAt(peer, 6007), waiting]);
    expect(got.equals(Buffer.concat([one, Buffer.from('between'), other]))).toBe(true);
  });

  it('is handed over by close(), which waits for it', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const rest = restAt(peer);
    const bytes = noise(8000);
    socket.setblocking(false);
    expect(await socket.write(bytes)).toBe(8000);
    await socket.close();
    expect((await rest).equals(bytes)).toBe(true);
  });

  it('is refused at once when the peer has gone', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    socket.setblocking(false);
    await reset(peer);
    await until(socket.state$, (state) => state === 'failed' || state === 'peerClosed');
    for (const call of [() => socket.send('x'), () => socket.write('x'), () => socket.sendall('x')]) {
      expect((await failureOf(call())).code).toMatch(/^(EPIPE|ECONNRESET)$/);
    }
  });

  it('takes a flag instead: MSG_DONTWAIT', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, peer } = pair;
    const { MSG_DONTWAIT, MSG_NOSIGNAL } = usocket;
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_SNDBUF, 4);
    expect(await firstValueFrom(socket.send$('hello', MSG_DONTWAIT | MSG_NOSIGNAL))).toBe(4);
    expect(await failureOf(socket.send$('hello', MSG_DONTWAIT))).toMatchObject({ code: 'EAGAIN' });
    expect(await failureOf(socket.send$('hello', usocket.MSG_PEEK))).toMatchObject({ code: 'EOPNOTSUPP' });
    expect(String(await takeAt(peer, 4))).toBe('hell');
  });

  it('does not keep a reader waiting', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    socket.setblocking(false);
    await socket.write('question');
    await takeAt(peer, 8);
    sayLast(peer, 'answer');
    socket.setblocking(true);
    expect(String(await socket.read())).toBe('answer');
  });
});
