import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';

import { noise } from '../../../harness/peers/bytes';
import { connectedPair, interfaces, roughModems } from '../../../harness/interfaces/interfaces';
import { restAt, sayLast, takeAt } from '../../../harness/peers/peer';

const everyValue = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
const checksum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What a modem says of itself, in the mouth of a peer. */
const modemTalk = [
  '\r\nOK\r\n',
  '\r\nERROR\r\n',
  '> ',
  '\r\n+IPD,0,5:hello\r\n',
  '\r\n+IPD,4,100000:',
  '\r\n+CIPRECVDATA,5:hello\r\nOK\r\n',
  '0,CLOSED\r\n4,CLOSED\r\n4,CONNECT\r\n',
  '\r\nSEND OK\r\n',
  '\r\nSEND FAIL\r\n',
  'busy p...\r\nbusy s...\r\n',
  'WIFI DISCONNECT\r\nready\r\n',
  '+++',
  '\0\0\0',
];

describe.each(interfaces)('payloads, over $name', (tested) => {
  it('carries bytes that look like messages of the modem, both ways', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    for (const text of [...modemTalk, modemTalk.join('')]) {
      const length = Buffer.byteLength(text);
      peer.write(text);
      expect(String(await socket.read(length))).toBe(text);
      await socket.sendall(text);
      expect(String(await takeAt(peer, length))).toBe(text);
    }
    await socket.sendall('.');
    sayLast(peer, '.');
    expect(String(await socket.read())).toBe('.');
    expect(String(await takeAt(peer, 1))).toBe('.');
  });

  it('carries every value of a byte, at every place of a block', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const bytes = Buffer.concat(Array.from({ length: 20 }, (_, shift) => everyValue.subarray(shift)));
    const [got] = await Promise.all([takeAt(peer, bytes.length), socket.sendall(bytes)]);
    expect(got.equals(bytes)).toBe(true);
    sayLast(peer, bytes);
    expect((await socket.read())?.equals(bytes)).toBe(true);
  });

  it('carries blocks of any length, both ways', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    for (const length of [1, 2, 1459, 1460, 1461, 2047, 2048, 2049, 2920, 4096, 5760, 5841]) {
      const bytes = noise(length + 256).subarray(0, length);
      const [sent] = await Promise.all([takeAt(peer, length), socket.sendall(bytes)]);
      expect(sent.equals(bytes)).toBe(true);
      peer.write(bytes);
      expect((await socket.read(length))?.equals(bytes)).toBe(true);
    }
  });

  it('carries 1 MB down', async () => {
    await using pair = await connectedPair(tested);
    const bytes = noise(1 << 20);
    sayLast(pair.peer, bytes);
    expect(checksum((await pair.socket.read())!)).toBe(checksum(bytes));
  });

  it('carries 4 MB down to a program that takes it piece by piece', async () => {
    await using pair = await connectedPair(tested);
    const block = noise(1_000_000);
    const [expected, got] = [createHash('sha256'), createHash('sha256')];
    for (let megabyte = 0; megabyte < 4; megabyte++) {
      expected.update(block);
      pair.peer.write(block);
    }
    sayLast(pair.peer);
    for await (const chunk of pair.socket) got.update(chunk);
    expect(got.digest('hex')).toBe(expected.digest('hex'));
  });

  it('carries 1 MB both ways at once', async () => {
    await using pair = await connectedPair(tested, { receiveBuffer: 2 << 20 });
    const { socket, peer } = pair;
    const [down, up] = [noise(1 << 20), noise(1 << 20)];
    const sending = takeAt(peer, up.length);
    peer.write(down);
    const [, got] = await Promise.all([socket.sendall(up), socket.read(down.length)]);
    expect(checksum(got!)).toBe(checksum(down));
    expect(checksum(await sending)).toBe(checksum(up));
  });

  it('loses nothing of what comes while a sendall is under way', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const [down, up] = [noise(50_000), noise(20_000)];
    const sending = socket.sendall(up);
    for (let from = 0; from < down.length; from += 500) peer.write(down.subarray(from, from + 500));
    const sent = await takeAt(peer, up.length);
    await sending;
    sayLast(peer);
    expect((await socket.read())?.equals(down)).toBe(true);
    expect(sent.equals(up)).toBe(true);
  });
});

describe.each([...interfaces, ...roughModems])('a conversation, over $name', (tested) => {
  it('goes to and fro', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    for (let round = 0; round < 10; round++) {
      const question = `${modemTalk[round % modemTalk.length]!}${round}\n`;
      const asked = takeAt(peer, question.length);
      await socket.sendall(question);
      expect(String(await asked)).toBe(question);
      peer.write(`answer ${round}\n`);
      expect(String(await socket.readline())).toBe(`answer ${round}\n`);
    }
  });

  it('ends with an answer that the peer closes behind', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const answer = noise(20_000);
    const asked = takeAt(peer, 5).then(() => sayLast(peer, answer));
    await Promise.all([asked, socket.sendall('GET /')]);
    expect((await socket.read())?.equals(answer)).toBe(true);
  });

  it('carries a lot both ways at once, however the modem cuts and mixes its messages', async () => {
    await using pair = await connectedPair(tested);
    const { socket, peer } = pair;
    const [down, up] = [noise(25_000), noise(25_000)];
    const rest = restAt(peer);
    peer.write(down);
    const [got] = await Promise.all([socket.read(down.length), socket.sendall(up)]);
    await socket.close();
    expect(got?.equals(down)).toBe(true);
    expect((await rest).equals(up)).toBe(true);
  });
});
