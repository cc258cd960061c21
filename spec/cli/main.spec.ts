import { once } from 'node:events';
import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { describe, expect, it, jest } from '@jest/globals';

import { version } from '../../package.json';
import { machine, network, usocket } from '../../src';
import { failureOf } from '../../harness/interfaces/failure';
import { openSerialPort } from '../../harness/lines/serialPort';
import { runProgram, startProgram } from '../../harness/processes/program';
import { tcpServer } from '../../harness/peers/tcpServer';
import { runCommand } from './support/runCommand';
import { startCommand } from './support/startCommand';

// Each program is compiled as it starts.
jest.setTimeout(30_000);

const main = 'src/cli/main.ts';

describe('rx-usocket', () => {
  it('tells how it is used', async () => {
    const { code, stdout: help } = await runCommand(['--help']);
    expect(code).toBe(0);
    expect(help).toContain('Usage: rx-usocket');
    expect(help).toContain('emulate');
  });

  it('tells its version', async () => {
    expect(await runCommand(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('rx-usocket emulate', () => {
  it('prints a device that answers, and ends well at SIGTERM', async () => {
    await using program = startProgram(main, ['emulate', '--pty', '--latency', '0']);
    const port = await openSerialPort(await program.firstLine());
    try {
      let heard = '';
      port.setEncoding('latin1').on('data', (text: string) => (heard += text));
      port.write('AT\r\n');
      while (!heard.endsWith('\r\nOK\r\n')) await once(port, 'data');
      expect(heard).toBe('AT\r\r\n\r\nOK\r\n');
    } finally {
      await new Promise((resolve) => port.close(resolve));
    }

    program.signal('SIGTERM');
    expect(await program.outcome).toMatchObject({ code: 0 });
  });

  it('serves over TCP the modem, the network and the host that it was told, and ends well at SIGINT', async () => {
    await using server = await tcpServer();
    const where = `host.example=127.0.0.1:${server.endpoint.port}`;
    const options = ['--firmware', '2.2.2', '--baud', '0', '--latency', '0', '--seed', '7'];
    const world = ['--host', where, '--host', 'closed.example=refused', '--access-point', 'an-ssid:a:longer:key'];
    await using program = startProgram(main, ['emulate', '--tcp', '0', ...options, ...world]);
    const address = await program.firstLine();
    expect(address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);

    await using nic = await network.ESP8285(new machine.UART(address));
    await nic.connect('an-ssid', 'a:longer:key');
    const [[, , , , closed]] = await usocket.getaddrinfo('closed.example', 80);
    await expect(usocket.socket().connect(closed)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const [[, , , , there]] = await usocket.getaddrinfo('host.example', 80);
    await using sock = usocket.socket();
    await sock.connect(there);
    (await server.accept()).end('hello');
    expect(String(await sock.read())).toBe('hello');
    await sock.close();
    await nic.close();

    program.signal('SIGINT');
    const { code, stderr } = await program.outcome;
    expect(code).toBe(0);
    expect(stderr).toContain('AT 2.2.2');
    expect(stderr).not.toContain('a:longer:key');
  });

  it('has a device with the name that it was told, and says what goes on', async () => {
    await using server = await tcpServer();
    const folder = await mkdtemp(join(tmpdir(), 'rx-usocket-'));
    const link = join(folder, 'modem');
    const where = `host.example@203.0.113.7:80=127.0.0.1:${server.endpoint.port}/tcp,delay=5ms`;
    const options = [
      '--latency',
      '0',
      '--link',
      link,
      '--host',
      where,
      '--verbose',
      '--join-times',
      '0ms,1ms',
      '--port',
      '80=0',
    ];
    await using program = startProgram(main, ['emulate', ...options]);
    expect(await program.firstLine()).toBe(link);

    await using nic = await network.ESP8285(new machine.UART(link));
    await nic.connect('my-ssid', 'my-password');
    expect(await failureOf(usocket.getaddrinfo('elsewhere.example', 80))).toMatchObject({ code: 'EAI_NONAME' });
    await using sock = usocket.socket();
    await sock.connect(['203.0.113.7', 80]);
    await sock.close();
    await using listening = usocket.socket();
    await listening.bind(['0.0.0.0', 80]);
    await listening.listen();
    await nic.close();
    program.signal('SIGTERM');
    const { code, stderr } = await program.outcome;
    await expect(lstat(link)).rejects.toMatchObject({ code: 'ENOENT' });
    await rm(folder, { recursive: true });

    expect(code).toBe(0);
    expect(stderr).toMatch(/^ +\d+\.\d{3} AT\+CWJAP_CUR="my-ssid",?… → OK, \d+ ms$/m);
    expect(stderr).not.toContain('my-password');
    expect(stderr).toMatch(
      /reaches only the hosts it was given: host\.example:80\/tcp; elsewhere\.example is not one of them/,
    );
    expect(stderr).toMatch(/ link 4: TCP to host\.example:80, which is 127\.0\.0\.1:\d+$/m);
    expect(stderr).toMatch(/ listens on port 80, which is 127\.0\.0\.1:\d{4,5}$/m);
    expect(stderr).toMatch(/ link 4: closed by the host; 0 bytes came, 0 went$/m);
  });

  it('makes go wrong what it was told to', async () => {
    const options = ['--latency', '0', '--baud', '0', '--fault', 'busy@0ms', '--fault', 'lose:4:from=host@0ms'];
    await using program = startProgram(main, ['emulate', '--tcp', '0', ...options]);
    const { port } = new URL(await program.firstLine());
    const socket = connect(Number(port), '127.0.0.1');
    try {
      socket.write('lostAT\r\n');
      let heard = '';
      socket.setEncoding('latin1').on('data', (text: string) => (heard += text));
      while (!heard.endsWith('...\r\n')) await once(socket, 'data');
      expect(heard).toBe('AT\r\r\n\r\nbusy p...\r\n');
    } finally {
      socket.destroy();
    }
  });

  it('prints what to open and the control line, also as JSON, and is quiet if it was told to', async () => {
    await using modem = startCommand(['emulate', '--tcp', '0', '--control', '0']);
    const [line = '', control = ''] = await modem.lines(2);
    expect([line, control]).toEqual([1, 2].map(() => expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/)));
    const client = connect(Number(new URL(control).port), '127.0.0.1');
    client.end('{"id":1,"method":"state"}\n');
    expect(JSON.parse(await text(client))).toMatchObject({ id: 1, result: { firmware: '1.7.4' } });
    expect(await modem.stop()).toMatchObject({ code: 0, stderr: expect.stringContaining('AT 1.7.4') });

    await using other = startCommand(['emulate', '--tcp', '0', '--control', '0', '--json', '--quiet'], {
      terminal: true,
    });
    const [json = ''] = await other.lines(1);
    const address = expect.stringMatching(/^tcp:/);
    expect(JSON.parse(json)).toEqual({ line: address, control: address });
    expect(await other.stop()).toMatchObject({ code: 0, stderr: '' });
  });

  it('says what to try when the port of its control line is in use, and leaves nothing open', async () => {
    await using taken = await tcpServer();
    const port = String(taken.endpoint.port);
    const { code, stderr } = await runCommand(['emulate', '--tcp', '0', '--control', port]);
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port}; choose another port for --control, or 0`);
  });

  it('says what to try when its port is in use', async () => {
    await using taken = await tcpServer();
    const port = String(taken.endpoint.port);
    const { code, stderr } = await runProgram(main, ['emulate', '--tcp', port]);
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port}; choose another port for --tcp, or 0`);
  });

  it('says what is wrong in one line, without a stack', async () => {
    const { code, stdout, stderr } = await runProgram(main, ['emulate', '--host', 'host.example=192.0.2.1:80']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^rx-usocket: host host\.example must lead to 127\.x\.x\.x.*\n$/);
  });

  it.each([
    [['--pty', '--tcp', '3000'], 'cannot be used with'],
    [['--tcp', '70000'], 'at most 65535'],
    [['--firmware', '3'], 'Allowed choices are 1.5, 1.7.4, 2.2.2'],
    [['--host', 'host.example'], 'Try host.example=127.0.0.1:8080'],
    [['--access-point', ':key'], 'Try my-ssid:my-password'],
    [['--access-point', 'an-ssid:1234567'], 'an-ssid must have 8 to 63 characters, not 7'],
    [['--access-point', `${'x'.repeat(33)}:my-password`], 'must have at most 32 bytes, not 33'],
    [['--latency', 'much'], 'not a number'],
    [['--fault', 'reset'], 'does not say when'],
    [['--port', '80'], 'Try 80=8080'],
    [['--port', '0=8080'], 'no port 0'],
    [['--port', '80=70000'], 'at most 65535'],
    [['--host', 'a.example=127.0.0.1,delay=long'], '"delay=long" is not a delay'],
    [['--host', 'a.example@here=127.0.0.1'], 'Try host.example=127.0.0.1:8080'],
    [['--link', 'a', '--tcp', '0'], 'cannot be used with'],
    [['--join-times', '5'], 'is not a time'],
    [['--baud', '-1'], 'not a whole number'],
    [['--baud', '99999999'], 'baud must be from'],
  ])('refuses %s', async (args, message) => {
    const { code, stdout, stderr } = await runCommand(['emulate', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
