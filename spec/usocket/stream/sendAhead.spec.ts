import { describe, expect, it } from '@jest/globals';

import { connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { noise } from '../../../harness/peers/bytes';
import { restAt, takeAt } from '../../../harness/peers/peer';

describe.each(interfaces)('a socket that sends ahead, over $name', (tested) => {
  it('sends everything in the order of the calls, and close waits until it has arrived', async () => {
    await using pair = await connectedPair(tested, { sendAhead: true });
    const { socket, peer } = pair;
    const rest = restAt(peer);
    const bytes = noise(20_000);
    let sent = 0;
    while (sent < bytes.length) sent += await socket.send(bytes.subarray(sent));
    await socket.close();
    expect(socket.bytesAcknowledged).toBe(bytes.length);
    expect((await rest).equals(bytes)).toBe(true);
  });

  it('gives the number of bytes that went, and lets the program use its bytes again', async () => {
    await using pair = await connectedPair(tested, { sendAhead: true });
    const bytes = Buffer.from('hello');
    expect(await pair.socket.send(bytes)).toBe(5);
    bytes.fill(0);
    expect(await pair.socket.send('')).toBe(0);
    await pair.socket.sendall(' world');
    expect(String(await takeAt(pair.peer, 11))).toBe('hello world');
  });
});
