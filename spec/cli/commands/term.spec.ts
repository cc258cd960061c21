import { PassThrough } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { takeAt } from '../../../harness/peers/peer';
import { tcpServer } from '../../../harness/peers/tcpServer';
import { startCommand } from '../support/startCommand';

const port = ['--port', 'emulator:', '--baud', '2000000'];
const emulator = { hosts: { 'host.example': '127.0.0.1' } };

describe('rx-usocket term', () => {
  it('runs a script, with payloads and notices apart, and without keys', async () => {
    await using server = await tcpServer();
    await using command = startCommand(['term', ...port], { emulator });
    const script = [
      'AT',
      'AT+CWMODE_CUR=1',
      'AT+CWJAP_CUR="my-ssid","my-password"',
      'AT+CIPMUX=1',
      `AT+CIPSTART=4,"TCP","host.example",${server.endpoint.port}`,
      'AT+CIPSEND=4,5',
      'hello',
    ];
    for (const line of script) command.input.write(`${line}\n`);
    const peer = await server.accept();
    expect(String(await takeAt(peer, 5))).toBe('hello');
    peer.end('answer');
    await command.prints(/# link 4: CLOSED/);
    command.input.end();
    const { code, stdout } = await command.outcome;
    expect(code).toBe(0);
    expect(stdout).toContain('# link 4: 6 bytes\n  0000  61 6e 73 77 65 72');
    expect(stdout).toContain('# WIFI GOT IP');
    expect(stdout).toMatch(/^AT\+CWJAP_CUR="my-ssid",[^"]+\n/m);
    expect(stdout).not.toContain('my-password');
  });

  it('ends with 1 when the modem refuses something', async () => {
    await using command = startCommand(['term', ...port], { emulator });
    command.input.end('AT+NONSENSE\nAT\n');
    expect(await command.outcome).toMatchObject({ code: 1, stdout: expect.stringMatching(/ERROR\n[^]*OK\n$/) });
  });

  it('says what is typed on a terminal, and stops at Ctrl-C', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    await using command = startCommand(['term', ...port], { emulator, input, terminal: true });
    input.write('AT+GMR\r');
    await command.prints(/AT version:[^]*OK\n/);
    input.write('\u0003');
    expect(await command.outcome).toMatchObject({ code: 130 });
  });

  it('stops a script', async () => {
    await using command = startCommand(['term', ...port], { emulator });
    command.input.write('AT\n');
    await command.prints(/OK\n/);
    expect(await command.stop()).toMatchObject({ code: 130 });
  });
});
