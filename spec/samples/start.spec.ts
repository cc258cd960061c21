import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { drawSunset } from '../../samples/demo/sunset';
import { serveTcp } from '../../src/emulator';
import { restAt } from '../support/peer';
import { runProgram } from '../support/program';
import { tcpServer } from '../support/tcpServer';

// Each program is compiled as it starts.
jest.setTimeout(30_000);

const start = 'samples/start.ts';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the demonstration', () => {
  it('downloads, shows, sends and checks a picture, without any hardware', async () => {
    const { code, stdout, stderr } = await runProgram(start, ['--baud', '921600', '--save', folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const picture = await drawSunset();
    expect(picture.length).toBeGreaterThan(100_000);
    expect(picture.equals(await readFile(join(folder, 'Alice.bmp')))).toBe(true);
    expect(stdout).toMatch(/AT 1\.5 at (\/dev\/|tcp:)\S+, 921600 baud/);
    expect(stdout).toContain('✓ the picture is the one that the server has, byte for byte');
    expect(stdout).toContain('✓ the picture has arrived, byte for byte');
    expect(stdout).not.toContain('\x1b');
    const [down = 0] = [...stdout.matchAll(/([\d.]+) % of what the line carries/g)].map(([, share]) => Number(share));
    expect(down).toBeGreaterThan(90);
    expect(down).toBeLessThan(101);
  });

  it('does the same with the modem, the page and the sink that it is told', async () => {
    const picture = (await drawSunset()).subarray(0, 115_256);
    const web = createServer((_, response) => void response.end(picture));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    await using sink = await tcpServer();
    const arrived = sink.accept().then(restAt);
    const hosts = { 'host.example:8080': `127.0.0.1:${(web.address() as AddressInfo).port}` };
    const modem = await serveTcp({ firmware: '2.2.2', latency: 0, hosts });

    const line = ['--port', `tcp://127.0.0.1:${modem.port}`, '--ssid', 'my-ssid'];
    const to = ['--sink', `127.0.0.1:${sink.endpoint.port}`, '--save', folder];
    const url = 'http://host.example:8080/a/boat.bmp?size=240';
    const { code, stdout, stderr } = await runProgram(start, [...line, ...to, url], { RX_USOCKET_KEY: 'my-key' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('my-key');
    expect(picture.equals(await readFile(join(folder, 'boat.bmp')))).toBe(true);
    expect(picture.equals(await arrived)).toBe(true);
    await modem.close();
    await new Promise((resolve) => web.close(resolve));
  });

  it('tells the code and the words of a failure, no stack and no key', async () => {
    const modem = await serveTcp({ latency: 0 });
    const args = ['--port', `tcp://127.0.0.1:${modem.port}`, '--ssid', 'my-ssid', '--key', 'not-the-key'];
    const { code, stderr } = await runProgram(start, args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\nEACCES \(13\): connect: .*did not take the key.*\n$/);
    expect(stderr).not.toContain('not-the-key');
    await modem.close();
  });

  it('ends when there is no such port', async () => {
    const { code, stderr } = await runProgram(start, ['--port', '/dev/tty-of-nobody', '--ssid', 'my-ssid']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\nENODEV \(19\): open \/dev\/tty-of-nobody: /);
  });
});
