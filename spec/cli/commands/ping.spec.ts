import { describe, expect, it } from '@jest/globals';

import { runCommand } from '../support/runCommand';

const joined = ['--port', 'emulator:', '--ssid', 'my-ssid'];
const environment = { RX_USOCKET_KEY: 'my-password' };
const emulator = { hosts: { 'host.example': '127.0.0.1', 'away.example': 'unreachable' } };

describe('rx-usocket ping', () => {
  const quickly = ['--count', '2', '--every', '0ms'];

  it('shows each round trip, and their mean', async () => {
    const { code, stdout } = await runCommand(['ping', 'host.example', ...quickly, ...joined], {
      environment,
      emulator,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^(host\.example: \d+ ms\n){2}2 of 2 answered; least \d+ ms, mean [\d.]+ ms, most \d+ ms\n$/,
    );
  });

  it('shows them as JSON', async () => {
    const { stdout } = await runCommand(['ping', 'host.example', '--json', ...quickly, ...joined], {
      environment,
      emulator,
    });
    expect(JSON.parse(stdout)).toEqual({
      host: 'host.example',
      sent: 2,
      times: [expect.any(Number), expect.any(Number)],
    });
  });

  it('ends with 1 when no answer comes', async () => {
    const outcome = await runCommand(['ping', 'away.example', '--count', '1', ...joined], { environment, emulator });
    expect(outcome).toEqual({ code: 1, stdout: 'away.example: no answer\n0 of 1 answered\n', stderr: '' });
  });

  it('says once that there is no such name', async () => {
    const outcome = await runCommand(['ping', 'nobody.example', ...joined], { environment, emulator });
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/^rx-usocket: .*nobody\.example was not found; check the spelling.*\n$/);
  });

  it('stops at Ctrl-C', async () => {
    const outcome = await runCommand(['ping', 'host.example', '--every', '1m', ...joined], {
      environment,
      emulator,
      stopAt: / ms\n/,
    });
    expect(outcome).toMatchObject({ code: 130, stderr: '' });
  });

  it('says that the modem is on no network', async () => {
    const { code, stderr } = await runCommand(['ping', 'host.example', '--port', 'emulator:']);
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /^rx-usocket: ping: .* the modem is not on a network .*name a network with --ssid, or join one/,
    );
  });

  it.each([
    ['no host', ['ping', ...joined], 2, "missing required argument 'host'"],
    ['a number of none', ['ping', 'host.example', '--count', '0', ...joined], 2, 'from 1 up'],
    ['a name with a line end', ['ping', 'host.example\r\nAT+RST', ...joined], 2, 'host'],
  ])('refuses %s', async (_what, args, code, message) => {
    const outcome = await runCommand(args, { environment, emulator });
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toContain(message);
  });
});

describe('rx-usocket time', () => {
  it('tells the time, and compares the clock of this machine', async () => {
    const { code, stdout } = await runCommand(['time', ...joined], { environment });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ; the clock of this machine agrees\n$/),
    });
  });

  it('tells it as JSON', async () => {
    const { stdout } = await runCommand(['time', '--json', ...joined], { environment });
    expect(JSON.parse(stdout)).toEqual({ time: expect.stringMatching(/Z$/), offset: expect.any(Number) });
  });

  it.each([
    ['without a network', ['time', '--port', 'emulator:'], 5, '--ssid'],
    ['with four servers', ['time', '--server', 'a', 'b', 'c', 'd', ...joined.slice(0, 2)], 2, '3 servers at most'],
    ['without patience', ['time', '--timeout', '0s', ...joined], 2, 'longer than 0'],
  ])('refuses %s', async (_what, args, code, message) => {
    const outcome = await runCommand(args, { environment: {} });
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toContain(message);
  });
});
