import { text } from 'node:stream/consumers';
import { connect } from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { CommandFailure } from '../../../src/cli/console/exitCodes';
import { createEmulator } from '../../../src/emulator';
import { takeAt } from '../../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../../harness/peers/tcpServer';
import { webServer } from '../../../harness/peers/webServer';
import { runCommand as runProgram } from '../../../harness/processes/command';
import { runCommand } from '../support/runCommand';
import { startCommand } from '../support/startCommand';

const joined = ['--port', 'emulator:', '--ssid', 'my-ssid'];
const environment = { RX_USOCKET_KEY: 'my-password' };
const emulator = { hosts: { 'host.example': '127.0.0.1' } };
const surroundings = { environment, emulator };

describe('rx-usocket proxy', () => {
  it('serves a proxy until it is stopped', async () => {
    await using web = await webServer((_request, response) => response.end('hello'));
    await using command = startCommand(['proxy', '--listen', '0', ...joined], surroundings);
    const [, address = ''] = await command.prints(/^(127\.0\.0\.1:\d+)\n/);
    await command.notes(/Ctrl-C ends it/);
    const fetched = await runProgram('curl', ['-sS', '-x', address, `http://host.example:${web.port}/`]);
    expect(fetched).toMatchObject({ code: 0, stdout: 'hello' });
    const failed = await runProgram('curl', ['-sS', '-x', address, 'http://nobody.example/']);
    expect(failed.stdout).toContain('ENOTFOUND nobody.example');
    await command.notes(
      /GET http:\/\/nobody\.example\/: getaddrinfo ENOTFOUND nobody\.example: nobody\.example was not found/,
    );
    expect(await command.stop()).toMatchObject({ code: 130 });
  });

  it('says where it listens as JSON', async () => {
    await using command = startCommand(['proxy', '--listen', '0', '--json', ...joined], surroundings);
    const [printed] = await command.prints(/.*\n/);
    expect(JSON.parse(printed)).toEqual({ host: '127.0.0.1', port: expect.any(Number) });
    expect(command.stderr()).not.toContain('Warning');
    expect(await command.stop()).toMatchObject({ code: 130 });
  });

  it('warns when others can use it', async () => {
    // It is stopped before it listens.
    const signal = AbortSignal.abort(new CommandFailure('', 130));
    const args = ['proxy', '--listen', '0.0.0.0:0', ...joined];
    const { code, stderr } = await runCommand(args, { ...surroundings, signal });
    expect(code).toBe(130);
    expect(stderr).toMatch(/^Warning: every machine that reaches 0\.0\.0\.0:0 can use the modem/);
  });

  it('says what to try when its port is taken', async () => {
    await using taken = await tcpServer();
    const listen = `127.0.0.1:${taken.endpoint.port}`;
    const outcome = await runCommand(['proxy', '--listen', listen, ...joined], surroundings);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain(`cannot listen on ${listen}`);
    expect(outcome.stderr).toContain('choose another port');
  });

  it.each([
    [['proxy', '--listen', 'here'], 'Try 1080'],
    [['proxy', '--listen', '70000'], 'at most 65535'],
    [['proxy', '--link-timeout', 'long'], 'is not a time'],
    [['forward', '80:host'], 'Try 8080:host.example:80'],
    [['forward', '80:host:0'], 'Port 0 is only for'],
    [['forward'], 'missing required argument'],
    [['serve', '80'], 'Try 8080:localhost:3000'],
  ])('refuses %j', async (args, message) => {
    const outcome = await runCommand([...args, ...joined], surroundings);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain(message);
  });
});

describe('rx-usocket forward', () => {
  it('makes several ports lead to hosts, and resets clients of one that is not there', async () => {
    await using server = await tcpServer();
    const { port } = server.endpoint;
    const ports = [`0:host.example:${port}`, `127.0.0.1:0:host.example:${await unusedPort()}`];
    await using command = startCommand(['forward', ...ports, ...joined], surroundings);
    const [, one, other] = await command.prints(/^127\.0\.0\.1:(\d+) leads to .*\n127\.0\.0\.1:(\d+) leads to .*\n/);

    const client = connect({ port: Number(one), host: '127.0.0.1', allowHalfOpen: true });
    client.end('question');
    const peer = await server.accept();
    expect(String(await takeAt(peer, 8))).toBe('question');
    peer.end('answer'.repeat(5000));
    expect(await text(client)).toBe('answer'.repeat(5000));

    await expect(text(connect(Number(other), '127.0.0.1'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    await command.notes(/host\.example:\d+: connect ECONNREFUSED/);
    expect(await command.stop()).toMatchObject({ code: 130 });
  });
});

describe('rx-usocket serve', () => {
  it('lets clients of the modem reach a server of this machine', async () => {
    await using server = await tcpServer();
    const port = await unusedPort();
    const where = `${port}:localhost:${server.endpoint.port}`;
    await using command = startCommand(['serve', where, ...joined], surroundings);
    await command.prints(new RegExp(`^[\\d.]+:${port} leads to localhost:${server.endpoint.port}\n`));
    const client = connect(port, '127.0.0.1');
    client.write('question');
    const peer = await server.accept();
    expect(String(await takeAt(peer, 8))).toBe('question');
    peer.end('answer');
    expect(await text(client)).toBe('answer');
    expect(await command.stop()).toMatchObject({ code: 130 });
  });
});

describe.each([
  ['proxy', () => Promise.resolve(['proxy', '--listen', '0'])],
  ['forward', () => Promise.resolve(['forward', '0:host.example:80'])],
  ['serve', async () => ['serve', `${await unusedPort()}:80`]],
])('rx-usocket %s', (_name, args) => {
  it('ends when the line is lost for good, and says why', async () => {
    const virtual = createEmulator({ latency: 0, ...emulator });
    await using command = startCommand([...(await args()), ...joined], {
      ...surroundings,
      openLine: () => virtual.uart,
    });
    await command.notes(/Ctrl-C ends it/);
    virtual.fault({ kind: 'unplug' });
    expect(await command.outcome).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('rx-usocket: the virtual modem was unplugged\n'),
    });
  });
});
