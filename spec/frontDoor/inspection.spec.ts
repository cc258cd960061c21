import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { inspect } from 'node:util';

import { machine, network, OSError, uselect, usocket } from '../../src';
import { reasonOf } from '../../harness/interfaces/failure';
import {
  addressOf,
  connected,
  interfaces,
  type RunningInterface,
  virtualModem,
} from '../../harness/interfaces/interfaces';
import { tcpServer } from '../../harness/peers/tcpServer';
import { udpPeer } from '../../harness/peers/udpPeer';

const host = interfaces[0]!;
const modem = virtualModem('a modem', { firmware: '1.7.4', ports: { 8080: 0 } });

/** Shows it as everybody would; all of it has to be one line, and the same. */
function shown(what: object): string {
  const text = inspect(what);
  expect(`${what as unknown as string}.`).toBe(`${text}.`);
  for (const depth of [0, 1, 2, null]) {
    expect(inspect({ what }, { depth })).toBe(inspect({ what: { [inspect.custom]: () => text } }, { depth }));
    expect(inspect([[what]], { depth: 3, breakLength: Infinity })).toBe(`[ [ ${text} ] ]`);
  }
  expect(text.split('\n')).toHaveLength(1);
  expect(JSON.stringify({ what })).toMatch(/^\{"what":\{"kind":/);
  return text;
}

async function said(net: RunningInterface, peerSays: string) {
  const server = await tcpServer();
  const [socket, peer] = await connected(net, server);
  peer.write(peerSays);
  const poller = uselect.poll();
  poller.register(socket, uselect.POLLIN);
  await poller.poll();
  return { server, socket, peer, remote: addressOf(server).join(':') };
}

describe('a socket, printed', () => {
  it('shows its state, its ends and what it holds', async () => {
    await using net = await host.start();
    const fresh = net.usocket.socket();
    expect(shown(fresh)).toBe('<socket state=unconnected nic=host>');
    await fresh.close();
    expect(shown(fresh)).toMatch(/^<socket state=closed/);
    const { server, socket, peer, remote } = await said(net, 'hello');
    socket.settimeout(2.5);
    expect(shown(socket)).toMatch(`<socket state=connected remote=${remote} queued=5 timeout=2.5`);
    expect(shown(socket.makefile('rwb'))).toBe(`<file mode=rwb socket=${String(socket)}>`);
    expect(JSON.parse(JSON.stringify(socket))).toMatchObject({ kind: 'socket', state: 'connected', queued: 5, remote });
    peer.destroy();
    await socket.close();
    await server[Symbol.asyncDispose]();
  });

  it('over a modem shows the number of its link', async () => {
    await using net = await modem.start();
    const { server, socket, remote } = await said(net, 'hello');
    expect(shown(socket)).toBe(`<socket state=connected link=4 remote=${remote} queued=5 nic=esp8285>`);
    await socket.close();
    await server[Symbol.asyncDispose]();
  });

  it('shows the bytes that the interface has not taken yet', async () => {
    await using net = await modem.start();
    const { server, socket, peer } = await said(net, 'hello');
    socket.setblocking(false);
    await socket.write(Buffer.alloc(5000));
    expect(shown(socket)).toMatch(/ queued=5 unsent=\d+ timeout=0 /);
    peer.resume();
    await socket.close();
    await server[Symbol.asyncDispose]();
  });

  it('that listens shows its port, and how many clients wait', async () => {
    await using net = await host.start();
    await using server = net.usocket.socket();
    await server.bind(['127.0.0.1', 0]);
    await server.listen();
    const { address, port } = server.localAddress!;
    expect(shown(server)).toBe(`<socket state=listening local=${address}:${port} waiting=0 nic=host>`);
    const client = connect(port, address);
    await Promise.all([once(client, 'connect'), uselect.select([server], [], [])]);
    expect(shown(server)).toContain(' waiting=1 ');
    client.destroy();
  });

  it('for datagrams shows how many wait, and their bytes', async () => {
    await using net = await host.start();
    await using peer = await udpPeer();
    await using udp = net.usocket.socket(net.usocket.AF_INET, net.usocket.SOCK_DGRAM);
    expect(shown(udp)).toBe('<socket type=dgram state=unbound nic=host>');
    await udp.bind(['127.0.0.1', 0]);
    await peer.send('hello', udp.localAddress!.port);
    await uselect.select([udp], [], []);
    const local = `127.0.0.1:${udp.localAddress!.port}`;
    expect(shown(udp)).toBe(`<socket type=dgram state=open local=${local} queued=1 bytes=5 nic=host>`);
  });
});

describe('an interface, printed', () => {
  it('shows its firmware, port, Wi-Fi, address and links, and no key', async () => {
    const uart = new machine.UART('emulator:', 921_600, { emulator: { firmware: '1.7.4', latency: 0.01 } });
    expect(shown(uart)).toMatch(
      /^<uart port=emulator: baud=921600 state=open queued=\d+ timeout=1000 read_buf_len=4096>$/,
    );
    const nic = await network.ESP8285(uart);
    expect(shown(nic)).toBe('<esp8285 modem=up firmware=1.7.4.0 port=emulator: wifi=down links=0>');
    await nic.connect('my-ssid', 'my-password');
    const start = '<esp8285 modem=up firmware=1.7.4.0 port=emulator: wifi=up ssid=my-ssid';
    expect(shown(nic)).toBe(`${start} links=0>`);
    const [ip] = await nic.ifconfig();
    await using server = await tcpServer();
    const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, 0, { nic });
    await socket.connect(addressOf(server));
    expect(shown(nic)).toBe(`${start} address=${ip} links=1>`);
    for (const each of [nic, uart, socket, usocket, network, uselect.poll()]) {
      const texts = [
        shown(each),
        JSON.stringify(each),
        inspect(each, { customInspect: false, depth: 9, showHidden: true }),
      ];
      for (const text of texts) expect(text).not.toContain('my-password');
    }
    await nic.close();
    expect(shown(nic)).toMatch(/^<esp8285 modem=closed /);
    expect(shown(uart)).toMatch(/state=closed/);
  });

  it('that is down says why', async () => {
    const uart = new machine.UART('tcp://name:pass-word@127.0.0.1:1');
    const error = await reasonOf(network.ESP8285(uart));
    expect(error).toBeInstanceOf(OSError);
    expect(shown(uart)).toMatch(/^<uart port=tcp:\/\/127\.0\.0\.1:1 .* state=lost/);
    await uart.close();
  });
});

it('the modules and what waits show what they have, with no cycle', async () => {
  const poller = uselect.poll();
  const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, 0, { nic: network.Host() });
  expect(shown(poller)).toBe('<poll registered=0 streams=[]>');
  poller.register(socket);
  expect(shown(poller)).toBe(`<poll registered=1 streams=[${String(socket)}]>`);
  expect(shown(usocket)).toMatch(/^<module usocket interfaces=<interfaces all=\[<host /);
  expect(shown(network)).toMatch(/^<module network /);
  expect([shown(machine), shown(uselect)]).toEqual(['<module machine>', '<module uselect>']);
  expect(Object.keys(usocket)).toContain('AF_INET');
  await socket.close();
});
