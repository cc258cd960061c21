import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';

import { createModules } from '../../../src';
import { webSocketUart } from '../../../src/web-serial';
import { tcpServer } from '../../../harness/peers/tcpServer';
import { startProgram } from '../../../harness/processes/program';
import { runCommand } from '../support/runCommand';
import { startCommand } from '../support/startCommand';

const recording = '0 > AT\\r\\n\n5 < OK\\r\\n\n';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watch-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('rx-usocket watch', () => {
  it('serves the page until Ctrl-C, and prints its address', async () => {
    await using command = startCommand(['watch']);
    const [url = ''] = await command.lines(1);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    // Whether the page is built or not.
    expect([200, 503]).toContain((await fetch(url)).status);
    await command.notes(/Ctrl-C ends it/);
    expect(await command.stop()).toMatchObject({ code: 130 });
    await expect(fetch(url)).rejects.toThrow();
  });

  it('keeps its process running', async () => {
    await using program = startProgram('src/cli/main.ts', ['watch']);
    const url = await program.firstLine();
    expect([200, 503]).toContain((await fetch(url)).status);
    program.signal('SIGINT');
    expect(await program.outcome).toMatchObject({ code: 130 });
  });

  it('prints its address as JSON', async () => {
    await using command = startCommand(['watch', '--json', '--quiet']);
    const [line = ''] = await command.lines(1);
    expect(JSON.parse(line)).toEqual({ url: expect.stringMatching(/^http:/) });
    expect(await command.stop()).toMatchObject({ code: 130, stderr: '' });
  });

  it.each([
    [['--port', 'emulator:'], {}],
    [[], { RX_USOCKET_PORT: 'emulator:' }],
  ])('serves the line of %j and %j to the page', async (args, environment) => {
    await using command = startCommand(['watch', ...args], { environment });
    const [url = ''] = await command.lines(1);
    const line = new URLSearchParams(new URL(url).hash.slice(1)).get('line') ?? '';
    expect(line).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/\?token=/);
    const { network } = createModules();
    const nic = await network.ESP8285(webSocketUart(line, { WebSocket }));
    expect((await nic.ifconfig())[0]).toBe('0.0.0.0');
    await nic.close();
  });

  it('serves a recording to whom has its token', async () => {
    const file = join(folder, 'my recording.txt');
    await writeFile(file, recording);
    await using command = startCommand(['watch', file]);
    const [url = ''] = await command.lines(1);
    const [page = '', token = ''] = url.split('#recording=');
    const reply = await fetch(`${page}recording?token=${token}`);
    expect(await reply.text()).toBe(recording);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(reply.headers.get('content-disposition')).toBe("inline; filename*=UTF-8''my%20recording.txt");
    expect((await fetch(`${page}recording?token=guessed`)).status).toBe(403);
    expect((await fetch(`${page}recording`)).status).toBe(403);
    const elsewhere = { headers: { origin: 'https://other.example' } };
    expect((await fetch(`${page}recording?token=${token}`, elsewhere)).status).toBe(403);
  });

  it('leaves it to the page to show a recording up to a damaged line', async () => {
    const file = join(folder, 'damaged.txt');
    await writeFile(file, `\ufeff# a remark\n${recording}damaged`);
    await using command = startCommand(['watch', file]);
    expect(await command.lines(1)).toEqual([expect.stringContaining('#recording=')]);
  });

  it.each([
    ['a text', 'Dear friend,\n', /letter\.txt: line 1 of the recording cannot be read.*"Dear friend,"/],
    ['a page with a heading', '# Heading\n\ntext', /letter\.txt: line 3 of the recording cannot be read/],
    ['binary data', Buffer.from([0, 159, 10, 255]), /letter\.txt: line 1 of the recording cannot be read/],
    ['a file of a newer version', '#! rx-usocket recording {"version":9}\n', /line 1 .* use a newer version/],
    ['an empty file', '', /letter\.txt is empty/],
    ['nothing but a header', '#! rx-usocket recording {"version":1,"date":"2026-01-01T00:00:00Z"}\n', /is empty/],
  ])('refuses %s as a recording', async (_what, content, why) => {
    const file = join(folder, 'letter.txt');
    await writeFile(file, content);
    const { code, stdout, stderr } = await runCommand(['watch', file]);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(why)]);
  });

  it('opens the page in the browser of this machine', async () => {
    const opener = join(folder, process.platform === 'darwin' ? 'open' : 'xdg-open');
    const opened = join(folder, 'opened');
    await using server = await tcpServer();
    const tell = `require('net').connect(${server.endpoint.port}, '127.0.0.1').end(process.argv[2])`;
    await writeFile(opener, `#!${process.execPath}\n${tell}\n`, { mode: 0o755 });
    const environment = { PATH: [folder, opened, process.env['PATH']].join(delimiter) };
    await using command = startCommand(['watch', '--open'], { environment });
    const [url = ''] = await command.lines(1);
    const told = await server.accept();
    let heard = '';
    for await (const chunk of told) heard += String(chunk);
    expect(heard).toBe(url);
  });

  it('says that no browser can be opened, and goes on', async () => {
    await using command = startCommand(['watch', '--open'], { environment: { PATH: folder } });
    const [url = ''] = await command.lines(1);
    await command.notes(/cannot be started; open http:\S+ in a browser yourself/);
    expect([200, 503]).toContain((await fetch(url)).status);
  });

  it.each([
    [['a-file-of-nobody.txt'], 'ENOENT'],
    [['spec'], 'cannot read spec'],
    [['recording.txt', '--port', 'emulator:'], 'a recording needs no --port'],
    [['--port', 'emulator:', '--baud', 'auto'], '--baud auto'],
    [['--listen', '70000'], 'at most 65535'],
    [['--ssid', 'my-ssid'], 'unknown option'],
  ])('refuses %j', async (args, why) => {
    const { code, stderr } = await runCommand(['watch', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
  });

  it('says that its port is taken', async () => {
    await using server = await tcpServer();
    const { port } = server.endpoint;
    const { code, stderr } = await runCommand(['watch', '--port', 'emulator:', '--listen', String(port)]);
    const why = expect.stringMatching(`cannot listen on 127.0.0.1:${port}: .*; choose another port`);
    expect([code, stderr]).toEqual([1, why]);
  });
});
