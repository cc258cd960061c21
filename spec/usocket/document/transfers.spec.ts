/**
 * What the socket document says of sending and receiving, sentence by sentence, on each interface. The titles are the
 * headings of the document. The other folders of `spec/usocket` specify what goes beyond it.
 */
import { describe, expect, it } from '@jest/globals';

import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { sayLast, takeAt, until } from '../../../harness/peers/peer';
import { udpPeer, unusedUdpPort } from '../../../harness/peers/udpPeer';

describe.each(interfaces)('the socket document, over $name:', (tested) => {
  const { start } = tested;

  describe('socket.send(bytes) and socket.sendall(bytes)', () => {
    it('need a connected socket', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      expect(await failureOf(socket.send('x'))).toMatchObject({ code: 'ENOTCONN' });
      expect(await failureOf(socket.sendall('x'))).toMatchObject({ code: 'ENOTCONN' });
    });

    it('send gives the number of bytes sent, which may be fewer than there are', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(tested.maxSend + 300);
      const sent = await pair.socket.send(bytes);
      expect(sent).toBe(tested.maxSend);
      expect((await takeAt(pair.peer, sent)).equals(bytes.subarray(0, sent))).toBe(true);
    });

    it('sendall sends all, one chunk after another', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(9000);
      const received = takeAt(pair.peer, bytes.length);
      await pair.socket.sendall(bytes);
      expect((await received).equals(bytes)).toBe(true);
    });
  });

  describe('socket.recv(bufsize)', () => {
    it('gives what has come, at most bufsize bytes of it, and nothing at the end', async () => {
      await using pair = await connectedPair(tested);
      pair.peer.write('hello');
      expect(String(await pair.socket.recv(2))).toBe('he');
      expect(String(await pair.socket.recv(4096))).toBe('llo');
      sayLast(pair.peer);
      expect(await pair.socket.recv(4096)).toHaveLength(0);
    });
  });

  describe('socket.sendto(bytes, address) and socket.recvfrom(bufsize)', () => {
    it('sendto takes the receiver with each call, so the socket should not be connected', async () => {
      await using net = await start();
      await using peer = await udpPeer();
      await using socket = net.usocket.socket(net.usocket.AF_INET, net.usocket.SOCK_DGRAM);
      expect(await socket.sendto('hello', peer.address)).toBe(5);
      expect(String((await peer.next()).data)).toBe('hello');
      await using pair = await connectedPair(tested);
      const toOther = pair.socket.sendto('x', peer.address);
      expect(await failureOf(toOther)).toMatchObject({ code: 'EISCONN' });
    });

    it('recvfrom gives a pair: the bytes, and the address of the socket that sent them', async () => {
      await using net = await start();
      await using peer = await udpPeer();
      await using socket = net.usocket.socket(net.usocket.AF_INET, net.usocket.SOCK_DGRAM);
      const port = await unusedUdpPort();
      await socket.bind(['0.0.0.0', port]);
      await peer.send('hello', port);
      expect(await socket.recvfrom(4096)).toEqual([Buffer.from('hello'), peer.address]);
    });

    it('recvfrom on a stream gives the address that the socket is connected to', async () => {
      await using pair = await connectedPair(tested);
      pair.peer.write('hello');
      expect(await pair.socket.recvfrom(4096)).toEqual([Buffer.from('hello'), addressOf(pair.server)]);
    });
  });

  describe('socket.makefile(mode, buffering)', () => {
    it("is for binary modes only: 'rb', 'wb' and 'rwb'", async () => {
      await using pair = await connectedPair(tested);
      for (const mode of ['rb', 'wb', 'rwb'] as const) pair.socket.makefile(mode);
      for (const mode of ['r', 'w', 'rt', 'a'] as unknown as 'rb'[]) {
        expect(() => pair.socket.makefile(mode)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      }
    });

    it('ignores buffering: what is written goes at once, what is not read stays in the socket', async () => {
      await using pair = await connectedPair(tested);
      const file = pair.socket.makefile('rwb', 4096);
      await file.write('out');
      expect(String(await takeAt(pair.peer, 3))).toBe('out');
      pair.peer.write('abcdef');
      expect(String(await file.read(2))).toBe('ab');
      expect(String(await pair.socket.read(4))).toBe('cdef');
    });

    it('gives a file whose close also closes the socket', async () => {
      await using pair = await connectedPair(tested);
      await pair.socket.makefile().close();
      expect(await failureOf(pair.socket.recv(1))).toMatchObject({ code: 'EBADF' });
    });
  });

  describe('socket.read([size])', () => {
    it('gives size bytes: there are no short reads', async () => {
      await using pair = await connectedPair(tested);
      const reading = pair.socket.read(6);
      pair.peer.write('abc');
      pair.peer.write('defg');
      expect(String(await reading)).toBe('abcdef');
    });

    it('without size gives all until EOF, so it does not return before the connection is closed', async () => {
      await using pair = await connectedPair(tested);
      let isOver = false;
      const reading = pair.socket.read().finally(() => (isOver = true));
      pair.peer.write('abc');
      await failureOf(pair.socket.connect(addressOf(pair.server)));
      expect(isOver).toBe(false);
      sayLast(pair.peer, 'def');
      expect(String(await reading)).toBe('abcdef');
    });

    it('gives what is there on a non-blocking socket', async () => {
      await using pair = await connectedPair(tested);
      pair.peer.write('abc');
      await until(pair.socket.readiness$, ({ readable }) => readable);
      pair.socket.setblocking(false);
      expect(String(await pair.socket.read(10))).toBe('abc');
      expect(await pair.socket.read(10)).toBeNull();
    });
  });

  describe('socket.readinto(buf[, nbytes])', () => {
    it('stores at most nbytes bytes, at most the length of the buffer, without short reads; gives their number', async () => {
      await using pair = await connectedPair(tested);
      pair.peer.write('abcdefghij');
      const buffer = Buffer.alloc(4);
      expect(await pair.socket.readinto(buffer, 3)).toBe(3);
      expect(buffer).toEqual(Buffer.from('abc\0'));
      expect(await pair.socket.readinto(buffer)).toBe(4);
      expect(String(buffer)).toBe('defg');
      sayLast(pair.peer, 'klmn');
      expect(await pair.socket.readinto(buffer, -1)).toBe(4);
      expect(await pair.socket.readinto(buffer, 100)).toBe(3);
    });
  });

  describe('socket.readline()', () => {
    it('gives a line that ends in a newline', async () => {
      await using pair = await connectedPair(tested);
      sayLast(pair.peer, 'one\ntwo\r\nrest');
      const lines = [await pair.socket.readline(), await pair.socket.readline(), await pair.socket.readline()];
      expect(lines.map(String)).toEqual(['one\n', 'two\r\n', 'rest']);
    });
  });

  describe('socket.write(buf)', () => {
    it('writes all and gives their number: there are no short writes', async () => {
      await using pair = await connectedPair(tested);
      const bytes = noise(9000);
      const received = takeAt(pair.peer, bytes.length);
      expect(await pair.socket.write(bytes)).toBe(9000);
      expect((await received).equals(bytes)).toBe(true);
    });

    it('gives less than the length on a non-blocking socket, where not all fits', async () => {
      await using pair = await connectedPair(tested);
      pair.socket.setblocking(false);
      const written = await pair.socket.write(noise(9000));
      expect(written).toBeGreaterThan(0);
      expect(written).toBeLessThan(9000);
      expect(await pair.socket.write('more')).toBeNull();
      await takeAt(pair.peer, written ?? 0);
    });
  });
});
