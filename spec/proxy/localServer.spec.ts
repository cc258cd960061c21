import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { listenOn } from '../../src/proxy/localServer';

describe('a server on this machine', () => {
  it('is closed when the connections of its clients have closed', async () => {
    const server = createServer();
    const listening = await listenOn(server, { host: '127.0.0.1', port: 0 });
    const accepting = once(server, 'connection') as Promise<[Socket]>;
    const client = connect(listening.address.port, '127.0.0.1');
    const [accepted] = await accepting;
    let hasClosed = false;
    accepted.once('close', () => (hasClosed = true));
    await listening.close();
    expect(hasClosed).toBe(true);
    client.destroy();
  });
});
