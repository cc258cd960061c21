import { once } from 'node:events';

import { describe, expect, it, jest } from '@jest/globals';

import { noise } from '../../harness/peers/bytes';
import { restAt, takeAt } from '../../harness/peers/peer';
import { tcpServer } from '../../harness/peers/tcpServer';
import { HostNic } from '../../src/host';
import { NicSocket } from '../../src/node';
import { connected } from './support/connected';
import { closed, errorOf } from './support/eventLog';
import { allSockets, ourSockets } from './support/sockets';

describe.each(allSockets)('a socket that connects to port 0, on $name,', (tested) => {
  it('fails as on this operating system', async () => {
    await using sockets = await tested.start();
    const socket = sockets.connect({ host: '127.0.0.1', port: 0 });
    const [error] = await Promise.all([errorOf(socket), closed(socket)]);
    expect(['ECONNREFUSED', 'EADDRNOTAVAIL']).toContain(error.code);
    expect(error.syscall).toBe('connect');
  });
});

describe.each(allSockets)('a socket whose peer ends in the middle of a long write, on $name,', (tested) => {
  it('can read what the peer has said before', async () => {
    await using pair = await connected(tested, { noteData: false });
    const { socket, peer } = pair;
    const written = new Promise((resolve) => socket.write(noise(4_000), resolve));
    await takeAt(peer, 1_000);
    peer.end('413 too long');
    expect(String(await restAt(socket))).toBe('413 too long');
    expect(await written).toBeFalsy();
  });
});

// A `net.Socket` whose arguments are wrong leaves its handle open.
describe.each(ourSockets)('a socket, on $name,', (tested) => {
  it('fails as net.Socket does where the arguments are wrong', async () => {
    await using sockets = await tested.start();
    const code = (options: object) => {
      try {
        sockets.connect(options as never);
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
      return undefined;
    };
    expect(code({})).toBe('ERR_MISSING_ARGS');
    expect(code({ port: 65_536 })).toBe('ERR_SOCKET_BAD_PORT');
    expect(code({ port: 80, localAddress: 'here' })).toBe('ERR_INVALID_IP_ADDRESS');
    expect(code({ port: 80, host: 'device.test', lookup: 'dns' })).toBe('ERR_INVALID_ARG_TYPE');
  });
});

describe('setKeepAlive', () => {
  it.each([
    ['the arguments of all versions of Node.js', (socket: NicSocket) => socket.setKeepAlive(true, 7_000)],
    ['the object of Node.js 26', (socket: NicSocket) => socket.setKeepAlive({ enable: true, initialDelay: 7_000 })],
  ])('takes %s', async (_, set) => {
    await using server = await tcpServer();
    await using nic = new HostNic();
    const opened = jest.spyOn(nic, 'openStream');
    const { address, port } = server.endpoint;
    const socket = set(new NicSocket({ nic })).connect(port, address);
    await Promise.all([server.accept(), once(socket, 'connect')]);
    expect(opened).toHaveBeenCalledWith(server.endpoint, { keepAlive: 7 });
    socket.destroy();
  });
});
