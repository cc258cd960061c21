import { describe, expect, it } from '@jest/globals';

import { createModules, machine } from '../../src';
import { failureOf } from '../../harness/interfaces/failure';
import { addressOf } from '../../harness/interfaces/interfaces';
import { lineServer } from '../../harness/lines/lineServer';
import { tcpServer } from '../../harness/peers/tcpServer';
import { quick } from './quickProgram';

describe.each(['1.5', '1.7.4', '2.2.2'] as const)('an RFC 2217 server that does not double 255, AT %s', (firmware) => {
  it.concurrent.each<[string, readonly number[]]>([
    ['before a letter', [255, 65]],
    ['before another 255', [255, 255]],
    ['as if a command began', [255, 250]],
    ['as if a command of its own began', [255, 250, 44, 101, 8]],
    ['as if it made an offer', [255, 251, 1]],
    ['as if it ended a command', [255, 240]],
  ])('%s fails the connection, with advice about the server, and no other', async (_name, bytes) => {
    await using server = await lineServer('rfc2217, not doubling', { ...quick, firmware });
    const { network, usocket } = createModules();
    const uart = new machine.UART(`rfc2217://127.0.0.1:${server.port}`);
    const nic = await network.ESP8285(uart, { longestPause: 100 });
    await nic.connect('my-ssid', 'my-password');
    await using peers = await tcpServer();
    const [one, other] = [usocket.socket(), usocket.socket()];
    await one.connect(addressOf(peers));
    const peer = await peers.accept();
    await other.connect(addressOf(peers));
    const otherPeer = await peers.accept();
    const reading = failureOf(one.read(400));
    peer.write(Buffer.concat([Buffer.alloc(100, 'x'), Buffer.from(bytes), Buffer.alloc(200, 'y')]));
    const error = await reading;
    expect(error.code).toBe('EIO');
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
    expect(error.message).toContain('0xFF');
    expect(error.message).not.toContain('baud rate');
    if (firmware !== '1.5') {
      otherPeer.write('hello\n');
      expect(String(await other.readline())).toBe('hello\n');
    }
    const next = usocket.socket();
    await next.connect(addressOf(peers));
    (await peers.accept()).write('again\n');
    expect(String(await next.readline())).toBe('again\n');
    await nic.close();
  });
});
