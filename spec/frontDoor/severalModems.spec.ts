import { describe, expect, it } from '@jest/globals';
import type { Socket as Peer } from 'node:net';
import { noop } from 'rxjs';

import { createModules } from '../../src';
import { createEmulator } from '../../src/emulator';
import { failureOf } from '../../harness/interfaces/failure';
import { addressOf } from '../../harness/interfaces/interfaces';
import { until } from '../../harness/peers/peer';
import { tcpServer } from '../../harness/peers/tcpServer';
import { quick } from './quickProgram';

/** A program with two modems of different firmware, each on a network of its own. */
async function program() {
  const { network, usocket } = createModules();
  const emulators = [
    createEmulator({ ...quick, firmware: '1.7.4', accessPoints: [{ ssid: 'one', key: 'key-of-one' }] }),
    createEmulator({ ...quick, firmware: '2.2.2', accessPoints: [{ ssid: 'two', key: 'key-of-two' }] }),
  ] as const;
  const first = await network.ESP8285(emulators[0].uart);
  const second = await network.ESP8285(emulators[1].uart);
  await Promise.all([first.connect('one', 'key-of-one'), second.connect('two', 'key-of-two')]);
  return {
    first,
    second,
    emulators,
    usocket,
    network,
    socket: (nic?: typeof first) =>
      usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, 0, nic === undefined ? {} : { nic }),
    async [Symbol.asyncDispose]() {
      await first.close();
      await second.close();
    },
  };
}

describe('two modems in one program', () => {
  it('work side by side, each with its own links and its own network', async () => {
    await using modems = await program();
    await using server = await tcpServer();
    const sockets = [modems.socket(modems.first), modems.socket(modems.second), modems.socket(modems.second)];
    const peers: Peer[] = [];
    for (const socket of sockets) {
      await socket.connect(addressOf(server));
      peers.push(await server.accept());
    }
    expect(modems.emulators.map(({ state }) => state.links.length)).toEqual([1, 2]);
    const sent = sockets.map((_, index) => Buffer.alloc(20_000, `from socket ${index}, `));
    await Promise.all(
      sockets.map(async (socket, index) => {
        peers[index]?.pipe(peers[index]);
        const [echo] = await Promise.all([socket.read(20_000), socket.sendall(sent[index] ?? '')]);
        expect(echo?.equals(sent[index] ?? Buffer.alloc(0))).toBe(true);
      }),
    );
    const [, , , , , , ssid] = await modems.first.ifconfig();
    const [, , , , , , other] = await modems.second.ifconfig();
    expect([ssid, other]).toEqual(['one', 'two']);
    for (const peer of peers) peer.destroy();
    for (const socket of sockets) await socket.close();
  });

  it('have the one that came first for the default', async () => {
    await using modems = await program();
    await using server = await tcpServer();
    await using socket = modems.socket();
    await socket.connect(addressOf(server));
    (await server.accept()).destroy();
    expect(modems.emulators.map(({ state }) => state.links.length)).toEqual([1, 0]);
  });

  it('have the other one for the default once the first is closed', async () => {
    await using modems = await program();
    await using server = await tcpServer();
    await modems.first.close();
    await using socket = modems.socket();
    await socket.connect(addressOf(server));
    (await server.accept()).destroy();
    expect(modems.emulators[1].state.links).toHaveLength(1);
  });

  it('fall each for itself: what one loses in a reset, the other keeps, and the default stays', async () => {
    await using modems = await program();
    await using server = await tcpServer();
    await using one = modems.socket(modems.first);
    await using two = modems.socket(modems.second);
    await one.connect(addressOf(server));
    (await server.accept()).on('error', noop);
    await two.connect(addressOf(server));
    const peer = await server.accept();
    const lost = failureOf(one.recv(5));
    await modems.first.reset();
    expect(await lost).toMatchObject({ code: 'ECONNRESET' });
    peer.write('hello');
    expect(String(await two.recv(5))).toBe('hello');
    await until(modems.first.status$, ({ wifi }) => wifi === 'up');
    await using next = modems.socket();
    await next.connect(addressOf(server));
    (await server.accept()).destroy();
    expect(modems.emulators[0].state.links).toHaveLength(1);
  });

  it('name their encryptions as MaixPy does', async () => {
    await using modems = await program();
    const { OPEN, WPA_PSK, WPA2_PSK, WPA_WPA2_PSK } = modems.network.ESP8285;
    expect([OPEN, WPA_PSK, WPA2_PSK, WPA_WPA2_PSK]).toEqual([0, 2, 3, 4]);
    expect(modems.first).toMatchObject({ OPEN, WPA_PSK, WPA2_PSK, WPA_WPA2_PSK });
  });
});
