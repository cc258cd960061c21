import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';

import { takeAt } from '../../../harness/peers/peer';
import { nextTurn } from '../../../harness/time/turns';
import { createEmulator } from '../../../src/emulator';
import { tcpServer, unusedPort } from '../../../harness/peers/tcpServer';
import { udpPeer } from '../../../harness/peers/udpPeer';
import { runCommand } from '../support/runCommand';
import { startCommand } from '../support/startCommand';

const joined = ['--port', 'emulator:', '--baud', '2000000', '--ssid', 'my-ssid'];
const environment = { RX_USOCKET_KEY: 'my-password' };
const surroundings = { environment, emulator: { hosts: { 'host.example': '127.0.0.1' } } };

describe('rx-usocket nc', () => {
  it('gets the answer after its input has ended', async () => {
    await using server = await tcpServer();
    const where = ['host.example', String(server.endpoint.port)];
    await using command = startCommand(['nc', ...where, ...joined], surroundings);
    command.input.end('question');
    const peer = await server.accept();
    expect(String(await takeAt(peer, 8))).toBe('question');
    peer.end('a'.repeat(30_000));
    expect(await command.outcome).toEqual({ code: 0, stdout: 'a'.repeat(30_000), stderr: '' });
  });

  it('ends when the host is silent after the input', async () => {
    await using server = await tcpServer();
    const where = ['host.example', String(server.endpoint.port), '--wait', '20ms'];
    await using command = startCommand(['nc', ...where, ...joined], surroundings);
    command.input.end('question');
    const peer = await server.accept();
    expect(await text(peer)).toBe('question');
    expect(await command.outcome).toMatchObject({ code: 0 });
  });

  it('waits for one client with -l', async () => {
    const port = await unusedPort();
    await using command = startCommand(['nc', '-l', String(port), ...joined], surroundings);
    await command.notes(new RegExp(`^listens on [\\d.]+:${port}\n`));
    const client = connect(port, '127.0.0.1');
    client.write('from the client');
    await command.prints(/^from the client$/);
    command.input.write('from the modem');
    expect(String(await takeAt(client, 14))).toBe('from the modem');
    client.end();
    expect(await command.outcome).toMatchObject({ code: 0 });
  });

  it('sends and receives datagrams with -u', async () => {
    await using peer = await udpPeer();
    const where = ['host.example', String(peer.port), '--wait', '100ms'];
    await using command = startCommand(['nc', '-u', ...where, ...joined], surroundings);
    command.input.write('ping');
    const { data, from } = await peer.next();
    expect(String(data)).toBe('ping');
    await peer.send('pong', from);
    await command.prints(/^pong$/);
    command.input.end();
    expect(await command.outcome).toMatchObject({ code: 0 });
  });

  it('keeps its input for whoever sends the first datagram to -u -l', async () => {
    const port = await unusedPort();
    await using command = startCommand(['nc', '-u', '-l', String(port), ...joined], surroundings);
    command.input.write('first');
    await command.notes(new RegExp(`^listens on [\\d.]+:${port}\n`));
    await nextTurn();
    command.input.write('second');
    await using peer = await udpPeer();
    await peer.send('hello', port);
    // Up to version 24, Node.js reads pieces that wait as one, and from 26 on each by itself.
    let kept = '';
    while (kept.length < 'firstsecond'.length) kept += String((await peer.next()).data);
    expect(kept).toBe('firstsecond');
    command.input.end('third');
    expect(String((await peer.next()).data)).toBe('third');
    // It listens until it is stopped.
    await peer.send('more', port);
    await command.prints(/^hellomore$/);
    expect(await command.stop()).toMatchObject({ code: 130 });
  });

  it('cuts what is too long for one datagram', async () => {
    await using peer = await udpPeer();
    const where = ['host.example', String(peer.port), '--wait', '1ms'];
    await using command = startCommand(['nc', '-u', ...where, ...joined], surroundings);
    command.input.end('x'.repeat(5000));
    const sizes = [await peer.next(), await peer.next(), await peer.next()].map(({ data }) => data.length);
    expect(sizes).toEqual([2048, 2048, 904]);
    expect(await command.outcome).toMatchObject({ code: 0 });
  });

  it('fails when its input cannot be read before the first datagram', async () => {
    const port = await unusedPort();
    await using command = startCommand(['nc', '-u', '-l', String(port), ...joined], surroundings);
    await command.notes(/^listens/);
    command.input.destroy(new Error('EISDIR: read'));
    expect(await command.outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('EISDIR') });
  });

  it('fails in order when the line is lost while it has a client', async () => {
    const port = await unusedPort();
    const emulator = createEmulator({ latency: 0 });
    const args = ['nc', '-l', String(port), ...joined];
    await using command = startCommand(args, { ...surroundings, openLine: () => emulator.uart });
    await command.notes(/^listens/);
    const client = connect(port, '127.0.0.1');
    client.on('error', () => undefined).write('hello');
    await command.prints(/^hello$/);
    emulator.fault({ kind: 'unplug' });
    expect(await command.outcome).toMatchObject({ code: 3, stderr: expect.stringContaining('unplugged') });
    client.destroy();
  });

  it('fails when its input cannot be read', async () => {
    await using server = await tcpServer();
    await using command = startCommand(['nc', 'host.example', String(server.endpoint.port), ...joined], surroundings);
    await server.accept();
    command.input.destroy(new Error('EISDIR: read'));
    expect(await command.outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('EISDIR') });
  });

  it('stops at Ctrl-C, and fails when nobody is there', async () => {
    await using server = await tcpServer();
    await using command = startCommand(['nc', 'host.example', String(server.endpoint.port), ...joined], surroundings);
    await server.accept();
    expect(await command.stop()).toMatchObject({ code: 130 });
    const nobody = await runCommand(['nc', 'host.example', String(await unusedPort()), ...joined], surroundings);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') });
    for (const [where, why] of [
      [['host.example'], 'the port is missing; try nc host.example 80'],
      [['host.example', '80', 'more'], 'unexpected argument more; try nc host.example 80'],
    ] as const) {
      const refused = await runCommand(['nc', ...where, ...joined], surroundings);
      expect(refused).toMatchObject({ code: 2, stderr: `rx-usocket: ${why}\n` });
    }
    const listening = await runCommand(['nc', '-l', 'here', ...joined], surroundings);
    expect(listening).toMatchObject({ code: 2, stderr: 'rx-usocket: here is not a port; try nc -l 5000\n' });
  });
});
