import { execFileSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { restAt, takeAt } from '../../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../../harness/peers/tcpServer';
import { webServer } from '../../../harness/peers/webServer';
import type { CommandContext } from '../../../src/cli/console/context';
import { machine } from '../../../src';
import { runCommand } from '../support/runCommand';
import { startCommand } from '../support/startCommand';

const joined = ['--port', 'emulator:', '--baud', '2000000', '--ssid', 'my-ssid'];
const environment = { RX_USOCKET_KEY: 'my-password' };
const emulator = { hosts: { 'host.example': '127.0.0.1' } };
const surroundings = { environment, emulator };

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rx-usocket-'));
  file = join(folder, 'file');
  await writeFile(file, 'x'.repeat(20_000));
});
afterAll(() => rm(folder, { recursive: true }));

describe('rx-usocket put', () => {
  it('uploads a file, and prints what the server answers', async () => {
    await using web = await webServer((request, response) => {
      void text(request).then((body) => response.writeHead(201).end(`${request.method} ${body.length}\n`));
    });
    const url = `http://host.example:${web.port}/there`;
    const { code, stdout } = await runCommand(['put', file, url, ...joined], surroundings);
    expect(code).toBe(0);
    expect(stdout).toMatch(/there: 201, 20,000 bytes, [\d.]+ kB\/s, \d+% of the line\nPUT 20000\n$/);

    await using command = startCommand(['put', '-', url, '--method', 'POST', '--json', ...joined], surroundings);
    command.input.end('from a pipe');
    const posted = await command.outcome;
    expect(JSON.parse(posted.stdout)).toMatchObject({ status: 201, size: 11, answer: 'POST 11\n' });
  });

  it('shows no more than the line can carry', async () => {
    await using web = await webServer((request, response) => {
      void text(request).then(() => response.end('x'.repeat(1_000)));
    });
    const url = `http://host.example:${web.port}/there`;
    const put = await runCommand(['put', file, url, ...joined], surroundings);
    const got = await runCommand(['get', url, ...joined], surroundings);
    const shares = [put, got].map(
      ({ stderr }) => /^[\d,]+(?: of [\d,]+)? bytes, .* (\d+)% of the line\n$/.exec(stderr)?.[1],
    );
    for (const share of shares) expect(Number(share)).toBeLessThanOrEqual(100);
  });

  it('prints the refusal of a server that wants no more', async () => {
    await using web = await webServer((request, response) => {
      request.once('data', () => response.writeHead(413, { connection: 'close' }).end('at most 10 kB'));
    });
    const large = join(folder, 'large');
    await writeFile(large, 'x'.repeat(500_000));
    const url = `http://host.example:${web.port}/`;
    const outcome = await runCommand(['put', large, url, ...joined], surroundings);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain('413 Payload Too Large\nat most 10 kB');
    web.server.on('checkContinue', (_request, response) => response.writeHead(401).end());
    const unasked = await runCommand(['put', large, url, ...joined], surroundings);
    expect(unasked).toMatchObject({ code: 1, stderr: expect.stringContaining('401 Unauthorized') });
  });

  it('asks a server that does not want to be asked no more', async () => {
    const expectations: unknown[] = [];
    await using web = await webServer((request, response) => {
      expectations.push(request.headers.expect);
      void text(request).then((body) => response.end(`${body.length}`));
    });
    web.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      expectations.push(request.headers.expect);
      response.writeHead(417).end();
    });
    const url = `http://host.example:${web.port}/`;
    expect(await runCommand(['put', file, url, '--json', ...joined], surroundings)).toMatchObject({ code: 0 });
    await using command = startCommand(['put', '-', url, '--json', ...joined], surroundings);
    command.input.end('from a pipe');
    const { stdout } = await command.outcome;
    expect(JSON.parse(stdout)).toMatchObject({ status: 200, size: 11, answer: '11' });
    expect(expectations).toEqual(['100-continue', undefined, '100-continue', undefined]);
  });

  it('prints a refusal to be asked that comes during the upload', async () => {
    await using web = await webServer((_request, response) => response.end());
    web.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      response.writeContinue();
      request.once('data', () => response.writeHead(417, { connection: 'close' }).end('too late'));
    });
    const outcome = await runCommand(['put', file, `http://host.example:${web.port}/`, ...joined], surroundings);
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('417 Expectation Failed\ntoo late') });
  });

  it('sends a file as long as it was at the beginning, and fails when it becomes shorter', async () => {
    await using web = await webServer((request, response) => {
      void text(request).then(
        (body) => response.end(`${request.headers['content-length']} ${body.length}`),
        () => undefined,
      );
    });
    const url = `http://host.example:${web.port}/`;
    const changing = join(folder, 'changing');
    await writeFile(changing, 'x'.repeat(20_000));
    // The size is taken before the modem is opened.
    const changeTo = (size: number): Partial<CommandContext> => ({
      openLine: (port, baudRate, settings) => {
        truncateSync(changing, size);
        return new machine.UART(port, baudRate, { ...settings, emulator: { latency: 0, ...emulator } });
      },
    });
    const grown = await runCommand(['put', changing, url, '--json', ...joined], { environment, ...changeTo(30_000) });
    expect(JSON.parse(grown.stdout)).toMatchObject({ status: 200, answer: '20000 20000' });
    const shrunk = await runCommand(['put', changing, url, ...joined], { environment, ...changeTo(10_000) });
    expect(shrunk).toMatchObject({ code: 1, stdout: '' });
    expect(shrunk.stderr).toContain('the file has become 20,000 bytes shorter meanwhile');
  });

  it('sends what comes from a pipe by name, and refuses a folder', async () => {
    await using web = await webServer((request, response) => {
      void text(request).then((body) => response.end(body));
    });
    const url = `http://host.example:${web.port}/`;
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const written = writeFile(pipe, 'from a pipe');
    const { stdout } = await runCommand(['put', pipe, url, '--json', ...joined], surroundings);
    await written;
    expect(JSON.parse(stdout)).toMatchObject({ size: 11, answer: 'from a pipe' });
    const refused = await runCommand(['put', folder, url, ...joined], surroundings);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('is a directory') });
  });

  it('fails without a file, and when the connection fails', async () => {
    const missing = await runCommand(['put', join(folder, 'missing'), 'http://host.example/', ...joined], surroundings);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') });
    const url = `http://host.example:${await unusedPort()}/`;
    const refused = await runCommand(['put', file, url, ...joined], surroundings);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') });
  });

  it('stops at Ctrl-C', async () => {
    await using web = await webServer(() => undefined);
    await using command = startCommand(['put', '-', `http://host.example:${web.port}/`, ...joined], surroundings);
    command.input.write('a part');
    await command.notes(/^/);
    expect(await command.stop()).toMatchObject({ code: 130 });
  });
});

describe('rx-usocket send', () => {
  it('sends a file, and says so', async () => {
    await using server = await tcpServer();
    const to = `host.example:${server.endpoint.port}`;
    await using command = startCommand(['send', file, to, ...joined], surroundings);
    const peer = await server.accept();
    peer.write('ignored');
    expect(await restAt(peer)).toHaveLength(20_000);
    expect(await command.outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/: 20,000 bytes, /) });
  });

  it('fails when the host ends the connection before', async () => {
    await using server = await tcpServer();
    await using command = startCommand(['send', '-', `host.example:${server.endpoint.port}`, ...joined], surroundings);
    command.input.write('a part');
    const peer = await server.accept();
    await takeAt(peer, 6);
    peer.end();
    expect(await command.outcome).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the host has ended the connection after about 6 bytes'),
    });
  });

  it('stops at Ctrl-C, and refuses a place that is none', async () => {
    await using server = await tcpServer();
    await using command = startCommand(['send', '-', `host.example:${server.endpoint.port}`, ...joined], surroundings);
    await server.accept();
    expect(await command.stop()).toMatchObject({ code: 130 });
    expect(await runCommand(['send', file, 'host.example', ...joined], surroundings)).toMatchObject({ code: 2 });
  });
});
