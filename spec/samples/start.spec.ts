import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { drawSunset } from '../../samples/demo/sunset';
import { type ServedTcp, serveTcp, type ServeTcpOptions } from '../../src/emulator';
import type { WatchEvent } from '../../src/watch';
import { AttachingPage } from '../watch/support/attachPage';
import { restAt } from '../../harness/peers/peer';
import { runProgram, startProgram } from '../../harness/processes/program';
import { startOnTerminal } from '../../harness/processes/terminal';
import { tcpServer } from '../../harness/peers/tcpServer';

const start = 'samples/start.ts';
const closers: (() => Promise<unknown>)[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
  closers.push(() => rm(folder, { recursive: true }));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function startModem(options: ServeTcpOptions): Promise<ServedTcp> {
  const modem = await serveTcp({ latency: 0, ...options });
  closers.push(() => modem.close());
  return modem;
}

async function startWeb(page: Buffer): Promise<number> {
  const web = createServer((_, response) => void response.end(page));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => web.close(resolve)));
  return (web.address() as AddressInfo).port;
}

describe('the demonstration', () => {
  it('downloads, shows, sends and checks a picture, without any hardware', async () => {
    const { code, stdout, stderr } = await runProgram(start, ['--baud', '921600', '--save', folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const picture = drawSunset();
    expect(picture.length).toBeGreaterThan(100_000);
    expect(picture.equals(await readFile(join(folder, 'Alice.bmp')))).toBe(true);
    expect(stdout).toMatch(/AT 1\.5 at (\/dev\/|tcp:)\S+, 921600 baud/);
    expect(stdout).toContain('✓ the picture is the one that the server has, byte for byte');
    expect(stdout).toContain('✓ the picture has arrived, byte for byte');
    expect(stdout).not.toContain('\x1b');
    // How much it is depends on what else the machine does.
    const shares = [...stdout.matchAll(/([\d.]+) % of what the line carries/g)].map(([, share]) => Number(share));
    expect(shares).toHaveLength(2);
    for (const share of shares) expect(share).toBeGreaterThan(0);
  });

  it('does the same with the modem, the page and the sink that it is told', async () => {
    const picture = drawSunset();
    await using sink = await tcpServer();
    const arrived = sink.accept().then(restAt);
    const hosts = { 'host.example:8080': `127.0.0.1:${await startWeb(picture)}` };
    const modem = await startModem({ firmware: '2.2.2', hosts });

    const line = ['--port', `tcp://127.0.0.1:${modem.port}`, '--ssid', 'my-ssid'];
    const to = ['--sink', `127.0.0.1:${sink.endpoint.port}`, '--save', folder];
    const url = 'http://host.example:8080/a/boat.bmp?size=240';
    const { code, stdout, stderr } = await runProgram(start, [...line, ...to, url], { RX_USOCKET_KEY: 'my-password' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('my-password');
    expect(picture.equals(await readFile(join(folder, 'boat.bmp')))).toBe(true);
    expect(picture.equals(await arrived)).toBe(true);
  });

  it('tells the code and the words of a failure, no stack and no key', async () => {
    const modem = await startModem({});
    const args = ['--port', `tcp://127.0.0.1:${modem.port}`, '--ssid', 'my-ssid', '--key', 'not-the-key'];
    const { code, stderr } = await runProgram(start, args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\nEACCES \(13\): connect: .*did not take the key.*\n$/);
    expect(stderr).not.toContain('not-the-key');
  });

  it('gives up at SIGINT', async () => {
    await using silent = await tcpServer();
    const modem = await startModem({ firmware: '1.5' });
    const args = ['--port', `tcp://127.0.0.1:${modem.port}`, '--ssid', 'my-ssid', '--key', 'my-password'];
    const url = `http://127.0.0.1:${silent.endpoint.port}/picture.bmp`;
    await using program = startProgram(start, [...args, url]);
    await silent.accept();
    program.signal('SIGINT');
    expect(await program.outcome).toMatchObject({ code: 1, stderr: '\nCancelled.\n' });
  });

  it('is watched by a page, for which it waits on a terminal, and which keeps what it has seen', async () => {
    const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
    await writeFile(join(folder, opener), '#!/bin/sh\n', { mode: 0o755 });
    const path = { PATH: [folder, process.env['PATH']].join(delimiter) };
    await using program = startOnTerminal(start, ['--watch', '--baud', '921600', '--save', folder], path);
    await program.shown(/Waiting for the page/);
    expect(program.screen).not.toContain('GET ');
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/#program=[\w-]+/.exec(program.screen) ?? [];
    const page = await AttachingPage.to(url);
    expect(await page.message(({ kind }) => kind === 'hello')).toMatchObject({ faults: { reset: {} } });
    expect(await page.end()).toEqual({ kind: 'end' });
    const isSent = (event: WatchEvent) => event.type === 'said' && event.text.startsWith('AT+CIPSEND');
    expect(page.events.filter(isSent).length).toBeGreaterThan(10);
    await program.shown(/Ctrl-C or Enter ends it/);
    const late = await AttachingPage.to(url);
    expect(await late.end()).toEqual({ kind: 'end' });
    program.type('\u0003');
    expect(await program.ended).toBe(0);
  });

  it('ends when there is no such port', async () => {
    const { code, stderr } = await runProgram(start, ['--port', '/dev/tty-of-nobody', '--ssid', 'my-ssid']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\nENODEV \(19\): open \/dev\/tty-of-nobody: /);
  });
});
