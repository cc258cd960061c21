import { once } from 'node:events';

import { describe, expect, it } from '@jest/globals';

import { failureOf } from '../../../harness/interfaces/failure';
import { connected, connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { restAt } from '../../../harness/peers/peer';

/** A `struct linger`. */
function linger(isOn: boolean, seconds: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32LE(isOn ? 1 : 0);
  bytes.writeInt32LE(seconds, 4);
  return bytes;
}

const canReset = interfaces.filter(({ name }) => !name.includes('1.5'));
const cannot = interfaces.filter(({ name }) => name.includes('1.5'));

describe.each(canReset)('SO_LINGER, over $name', (tested) => {
  it('with 0 seconds has close() reset the connection, and drop unsent bytes', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, peer } = pair;
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_LINGER, linger(true, 0));
    const broken = once(peer.resume(), 'error');
    await socket.close();
    const [error] = (await broken) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    expect(pair.emulator?.state.links ?? []).toEqual([]);
  });

  it('counts for one connection: the next one over the same link ends in order', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, server } = pair;
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_LINGER, linger(true, 0));
    pair.peer.on('error', () => undefined);
    await socket.close();
    for (let round = 0; round < 5; round++) {
      const [next, peer] = await connected(pair, server);
      const rest = restAt(peer);
      await next.sendall('the last words');
      await next.close();
      expect(String(await rest)).toBe('the last words');
    }
  });

  it.each([
    ['off', linger(false, 0)],
    ['with a time', linger(true, 5)],
  ])('%s has close() wait for what is on its way, as without', async (_name, value) => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, peer } = pair;
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_LINGER, linger(true, 0));
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_LINGER, value);
    const rest = restAt(peer);
    socket.setblocking(false);
    await socket.write('the last words');
    await socket.close();
    expect(String(await rest)).toBe('the last words');
  });
});

describe.each(cannot)('SO_LINGER, over $name', (tested) => {
  it('with 0 seconds is refused by a firmware that cannot reset', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket } = pair;
    const refused = socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_LINGER, linger(true, 0));
    expect(await failureOf(refused)).toMatchObject({ code: 'ENOPROTOOPT', syscall: 'setsockopt' });
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_LINGER, linger(true, 5));
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_LINGER, linger(false, 0));
  });
});
