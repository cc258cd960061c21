/**
 * What the socket document says of the functions and constants of the module and of addresses, sentence by sentence, on
 * each interface. The titles are the headings of the document. The other folders of `spec/usocket` specify what goes beyond
 * it.
 */
import { describe, expect, it } from '@jest/globals';

import { type Address, DatagramSocket, OSError, Socket } from '../../../src/usocket';
import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, interfaces } from '../../../harness/interfaces/interfaces';
import { tcpServer } from '../../../harness/peers/tcpServer';

describe.each(interfaces)('the socket document, over $name:', (tested) => {
  const { start } = tested;

  describe('socket address format', () => {
    it('what getaddrinfo returns last is an address to connect to, for numeric hosts, too', async () => {
      await using net = await start();
      await using server = await tcpServer();
      await using socket = net.usocket.socket();
      const [info] = await net.usocket.getaddrinfo(...addressOf(server));
      await socket.connect(info.at(-1) as Address);
      expect(socket.remote).toEqual(server.endpoint);
    });

    it('the pair of a numeric IPv4 address and a port is a short form of it', async () => {
      await using net = await start();
      await using server = await tcpServer();
      await using socket = net.usocket.socket();
      await socket.connect(['127.0.0.1', server.endpoint.port]);
      expect(socket.remote).toEqual(server.endpoint);
    });

    it('a domain name is not an address: it is resolved with getaddrinfo first', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      const failure = await failureOf(socket.connect(['localhost', 80]));
      expect(failure).toMatchObject({ code: 'EINVAL' });
      expect(failure.message).toContain('getaddrinfo');
    });

    it.each([0, 65_536, 1.5, -1])('a port is an integer from 1 to 65535, not %d', async (port) => {
      await using net = await start();
      await using socket = net.usocket.socket();
      expect(await failureOf(socket.connect(['127.0.0.1', port]))).toMatchObject({ code: 'EINVAL' });
    });

    it('IPv6 addresses depend on the port: here they are refused', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      const address = ['2001:db8::1', 80, 0, 0] as unknown as Address;
      expect(await failureOf(socket.connect(address))).toMatchObject({ code: 'EAFNOSUPPORT' });
    });
  });

  describe('usocket.socket(af, type, proto)', () => {
    it('makes a socket of AF_INET, SOCK_STREAM and IPPROTO_TCP by default', async () => {
      await using net = await start();
      await using socket = net.usocket.socket();
      expect(socket).toBeInstanceOf(Socket);
    });

    it('takes the protocol that goes with the type', async () => {
      await using net = await start();
      const { AF_INET, SOCK_STREAM, SOCK_DGRAM, IPPROTO_UDP } = net.usocket;
      await using stream = net.usocket.socket(AF_INET, SOCK_STREAM);
      await using datagrams = net.usocket.socket(AF_INET, SOCK_DGRAM);
      await using named = net.usocket.socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
      expect(stream).toBeInstanceOf(Socket);
      expect([datagrams, named].every((socket) => socket instanceof DatagramSocket)).toBe(true);
    });
  });

  describe('usocket.getaddrinfo(host, port, af, type, proto, flags)', () => {
    it('gives 5-tuples: family, type, proto, canonname, address', async () => {
      await using net = await start();
      const { AF_INET, SOCK_STREAM, IPPROTO_TCP } = net.usocket;
      const [first] = await net.usocket.getaddrinfo('127.0.0.1', 80);
      expect(first).toEqual([AF_INET, SOCK_STREAM, IPPROTO_TCP, '', ['127.0.0.1', 80]]);
    });

    it('gives all combinations by default or for zero, and filters by type and protocol', async () => {
      await using net = await start();
      const { AF_INET, SOCK_STREAM, SOCK_DGRAM, IPPROTO_UDP } = net.usocket;
      const typesOf = async (...filter: number[]) =>
        (await net.usocket.getaddrinfo('localhost', 80, ...filter)).map(([, type]) => type);
      expect(await typesOf()).toEqual([SOCK_STREAM, SOCK_DGRAM]);
      expect(await typesOf(0, 0, 0, 0)).toEqual([SOCK_STREAM, SOCK_DGRAM]);
      expect(await typesOf(AF_INET, SOCK_DGRAM)).toEqual([SOCK_DGRAM]);
      expect(await typesOf(0, 0, IPPROTO_UDP)).toEqual([SOCK_DGRAM]);
    });

    it('with SOCK_STREAM gives an address that a stream socket can connect to', async () => {
      await using net = await start();
      await using server = await tcpServer();
      const { port } = server.endpoint;
      await using socket = net.usocket.socket();
      const [info] = await net.usocket.getaddrinfo('localhost', port, 0, net.usocket.SOCK_STREAM);
      await socket.connect(info[4]);
      expect(socket.remote).toEqual(server.endpoint);
    });

    it('fails with OSError itself, whose number, its first argument, is negative', async () => {
      await using net = await start();
      const failure = await failureOf(net.usocket.getaddrinfo('nobody.test', 80));
      expect(failure.constructor).toBe(OSError);
      expect(failure.args[0]).toBeLessThan(0);
      expect(failure.args[0]).toBe(failure.errno);
    });
  });

  describe('usocket.inet_ntop(af, bin_addr) and usocket.inet_pton(af, txt_addr)', () => {
    it('turn binary addresses into text, and text into binary addresses', async () => {
      await using net = await start();
      const { AF_INET, AF_INET6, inet_ntop, inet_pton } = net.usocket;
      expect(inet_ntop(AF_INET, Buffer.from('7f000001', 'hex'))).toBe('127.0.0.1');
      expect(inet_pton(AF_INET, '1.2.3.4')).toEqual(Buffer.from([1, 2, 3, 4]));
      expect(inet_ntop(AF_INET6, inet_pton(AF_INET6, '2001:db8::1'))).toBe('2001:db8::1');
    });
  });

  describe('constants', () => {
    it('name families, types, protocols, and the levels and names of options', async () => {
      await using net = await start();
      expect(Object.keys(net.usocket)).toEqual(
        expect.arrayContaining([
          ...['AF_INET', 'AF_INET6', 'SOCK_STREAM', 'SOCK_DGRAM', 'IPPROTO_UDP', 'IPPROTO_TCP'],
          ...['SOL_SOCKET', 'SO_REUSEADDR', 'SO_KEEPALIVE', 'SO_BROADCAST', 'SO_RCVTIMEO'],
        ]),
      );
    });
  });

  describe('exception usocket.error', () => {
    it('is OSError', async () => {
      await using net = await start();
      expect(net.usocket.error).toBe(OSError);
    });
  });
});
