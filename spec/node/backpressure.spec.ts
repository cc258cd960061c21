import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { virtualModem } from '../../harness/interfaces/interfaces';
import { noise } from '../../harness/peers/bytes';
import { restAt } from '../../harness/peers/peer';
import { tcpServer } from '../../harness/peers/tcpServer';
import { nextTurn } from '../../harness/time/turns';
import { ESP8285 } from '../../src/esp8285';
import { HostNic } from '../../src/host';
import { connect, createServer as createNicServer } from '../../src/node';

const host = '127.0.0.1';

/** The TCP connections that keep the process running. */
const keepingAlive = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;

describe('a slow reader', () => {
  it.each(['1.7.4', '2.2.2'] as const)(
    'slows the peer down: AT %s is asked for no more than the stream wants',
    async (firmware) => {
      await using running = await virtualModem('', { firmware, baud: 921_600 }, { receive: 'pulled' }).start();
      await using server = await tcpServer();
      const { nic } = running;
      if (!(nic instanceof ESP8285)) throw new Error('it has no trace');
      let pulled = 0;
      nic.trace$.subscribe(({ kind, direction, text: told }) => {
        if (kind === 'block' && direction === 'from modem') pulled += parseInt(told, 10);
      });
      const socket = connect({ host, port: server.endpoint.port, nic, readableHighWaterMark: 1_000 });
      const [peer] = await Promise.all([server.accept(), once(socket, 'connect')]);
      const bytes = noise(8_000);
      peer.end(bytes);
      await once(socket, 'readable');
      for (let turn = 0; turn < 300; turn++) await nextTurn();
      // One mark in the stream, and one on the way to it.
      expect(pulled).toBeGreaterThan(0);
      expect(pulled).toBeLessThanOrEqual(2_000);
      expect(socket.bytesRead).toBeLessThanOrEqual(2_000);
      expect((await restAt(socket)).equals(bytes)).toBe(true);
      expect(pulled).toBe(8_000);
    },
  );
});

describe('over the host, the program ends', () => {
  it('while an idle connection or a server is kept, if these are not to keep it running', async () => {
    await using nic = new HostNic({ linger: 30 });
    const server = createServer((socket) => socket.unref().on('error', () => undefined));
    server.listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const early = connect({ host, port, nic }).unref();
    const late = connect({ host, port, nic });
    await Promise.all([once(early, 'connect'), once(late, 'connect')]);
    const before = keepingAlive();
    late.unref();
    expect(keepingAlive()).toBe(before - 1);
    late.ref();
    expect(keepingAlive()).toBe(before);
    early.ref();
    expect(keepingAlive()).toBe(before + 1);
    for (const socket of [early, late]) socket.destroy();

    const serving = createNicServer({ nic }).listen(0);
    await once(serving, 'listening');
    const servers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
    const withServer = servers();
    serving.unref();
    expect(servers()).toBe(withServer - 1);
    await new Promise((resolve) => serving.close(resolve));
    await new Promise((resolve) => server.close(resolve));
  });
});
