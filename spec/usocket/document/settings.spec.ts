/**
 * What the socket document says of options and time-outs, sentence by sentence, on each interface. The titles are the
 * headings of the document. The other folders of `spec/usocket` specify what goes beyond it.
 */
import { describe, expect, it } from '@jest/globals';

import { OSError, type Socket } from '../../../src/usocket';
import { POLLIN } from '../../../src/usocket/select/poll';
import { Poll } from '../../../src/usocket/select/uselect';
import { failureOf } from '../../../harness/interfaces/failure';
import { connectedPair, interfaces } from '../../../harness/interfaces/interfaces';

describe.each(interfaces)('the socket document, over $name:', (tested) => {
  const { start } = tested;

  describe('socket.setsockopt(level, optname, value)', () => {
    it('takes an integer, or bytes', async () => {
      await using net = await start();
      const { SOL_SOCKET, SO_REUSEADDR } = net.usocket;
      await using socket = net.usocket.socket();
      for (const value of [1, Buffer.from([1, 0, 0, 0])])
        await expect(socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, value)).resolves.toBeUndefined();
    });
  });

  describe('socket.settimeout(value) and socket.setblocking(flag)', () => {
    it('a time that is not zero ends later operations with OSError itself when it is over', async () => {
      await using pair = await connectedPair(tested);
      pair.socket.settimeout(0.02);
      const failure = await failureOf(pair.socket.read(10));
      expect(failure.constructor).toBe(OSError);
      expect(failure).toMatchObject({ code: 'ETIMEDOUT', errno: 110, args: [110] });
    });

    it.each([-1, NaN, Infinity, '1' as unknown as number])('a time is a float from 0 up, not %p', async (value) => {
      await using net = await start();
      await using socket = net.usocket.socket();
      expect(() => socket.settimeout(value)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    });

    it.each([
      ['settimeout(0)', (socket: Socket) => socket.settimeout(0)],
      ['setblocking(False)', (socket: Socket) => socket.setblocking(false)],
    ])('%s makes the socket non-blocking', async (_call, unblock) => {
      await using pair = await connectedPair(tested);
      unblock(pair.socket);
      expect(await failureOf(pair.socket.recv(1))).toMatchObject({ code: 'EAGAIN' });
    });

    it.each([
      ['settimeout(None)', (socket: Socket) => socket.settimeout(null)],
      ['setblocking(True)', (socket: Socket) => socket.setblocking(true)],
    ])('%s makes the socket blocking', async (_call, block) => {
      await using pair = await connectedPair(tested);
      pair.socket.setblocking(false);
      block(pair.socket);
      const waiting = pair.socket.recv(10);
      pair.peer.write('late');
      expect(String(await waiting)).toBe('late');
    });

    it('uselect.poll waits for a time in milliseconds instead, and gives nothing when it is over', async () => {
      await using pair = await connectedPair(tested);
      const poller = new Poll();
      poller.register(pair.socket, POLLIN);
      expect(await poller.poll(20)).toEqual([]);
      pair.peer.write('ready');
      expect(await poller.poll(10_000)).toEqual([[pair.socket, POLLIN]]);
    });
  });
});
