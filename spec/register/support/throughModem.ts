import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { certificate } from '../../../harness/peers/certificate';
import { udpPeer } from '../../../harness/peers/udpPeer';
import { type Outcome, startNode } from '../../../harness/processes/program';
import { type FirmwareVersion, serveTcp } from '../../../src/emulator';

/** Has Node.js load the source of `rx-usocket/register` before a program. */
export const preload = ['-r', './harness/processes/tsNode.cjs', '-r', './src/register/index.ts'];

/** What programs of these specs begin with: they note whatever Node.js itself does with a network. */
export const prelude = `
  const native = [];
  for (const [binding, kind, calls] of [['tcp_wrap', 'TCP', ['connect', 'connect6']], ['udp_wrap', 'UDP', ['send', 'send6', 'connect']]]) {
    const { prototype } = process.binding(binding)[kind];
    for (const call of calls) {
      const original = prototype[call];
      prototype[call] = function (...given) {
        native.push(kind + ' ' + given.find((each) => typeof each === 'string'));
        return original.apply(this, given);
      };
    }
  }
  require('node:async_hooks').createHook({
    init(id, type) { if (/GETADDRINFO|GETNAMEINFO|QUERY/.test(type)) native.push(type); },
  }).enable();
  const { once } = require('node:events');
  const { text } = require('node:stream/consumers');
  const failure = (error) => error.code + ' ' + error.message + (error.cause ? ' | ' + error.cause.message : '');
  const told = {};
  const tell = () => console.log(JSON.stringify({ ...told, native: [...new Set(native)] }));
`;

/** A web server, plain and encrypted, one that ends each connection right behind its answer, and one for datagrams, which only the virtual modem knows by their names. */
export async function world() {
  const web = createServer((request, response) => void response.end(`${request.url} of ${request.headers.host}`));
  const secure = createSecureServer(certificate, (request, response) => void response.end(`secret ${request.url}`));
  const heard: string[] = [];
  const ending = createTcpServer((client) => {
    client
      .on('error', () => undefined)
      .once('data', (request) => {
        heard.push(String(request).split(' ')[1] ?? '');
        client.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', () => client.end());
      });
  });
  const datagrams = await udpPeer();
  const folder = await mkdtemp(join(tmpdir(), 'register-'));
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, certificate.cert);
  for (const server of [web, secure, ending]) await once(server.listen(0, '127.0.0.1'), 'listening');
  const at = (server: TcpServer) => (server.address() as AddressInfo).port;
  return {
    ca,
    web: at(web),
    heard,
    datagrams,
    hosts: {
      'web.example': `127.0.0.1:${at(web)}`,
      'tls.example': `127.0.0.1:${at(secure)}`,
      'ending.example': `127.0.0.1:${at(ending)}`,
      'udp.example': `127.0.0.1:${datagrams.port}`,
    },
    async [Symbol.asyncDispose]() {
      for (const server of [web, secure]) server.closeAllConnections();
      for (const server of [web, secure, ending]) server.close();
      await datagrams[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** Runs a program through a virtual modem, and returns what it has told. */
export async function run(
  program: string,
  firmware: FirmwareVersion,
  env: NodeJS.ProcessEnv = {},
): Promise<{
  readonly outcome: Outcome;
  readonly told: Readonly<Record<string, unknown>>;
  /** The paths that the server has heard which ends its connections. */
  readonly heard: readonly string[];
}> {
  await using around = await world();
  const serving = await serveTcp({ latency: 0, port: 0, firmware, hosts: around.hosts });
  try {
    await using running = startNode([...preload, '-e', prelude + program], {
      env: {
        RX_USOCKET_PORT: `tcp://127.0.0.1:${serving.port}`,
        RX_USOCKET_SSID: 'my-ssid',
        RX_USOCKET_KEY: 'my-password',
        NODE_EXTRA_CA_CERTS: around.ca,
        NODE_NO_WARNINGS: '1',
        WEB_PORT: String(around.web),
        ...env,
      },
    });
    const answering = around.datagrams
      .next()
      .then(({ data, from }) => around.datagrams.send(`heard ${String(data)}`, from));
    const outcome = await running.outcome;
    if (outcome.stdout.includes('"datagram"')) await answering;
    const told = JSON.parse(outcome.stdout.split('\n').at(-2) ?? '{}') as Record<string, unknown>;
    return { outcome, told, heard: around.heard };
  } finally {
    await serving.close();
  }
}
