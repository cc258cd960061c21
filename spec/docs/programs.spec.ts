import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { serveTcp } from '../../src/emulator';
import { takeAt } from '../../harness/peers/peer';
import type { Program } from '../../harness/processes/program';
import { tcpServer, type TcpServer, unusedPort } from '../../harness/peers/tcpServer';
import { udpPeer, type UdpPeer } from '../../harness/peers/udpPeer';
import { asFile, context } from './support/context';
import { blocksIn } from './support/markdown';
import { UserProject } from './support/userProject';

/** The peers in the virtual modem's network. */
interface World {
  readonly thermometer: TcpServer;
  readonly udp: UdpPeer;
  /** The port of this machine that stands for the modem's port 8080. */
  readonly listening: number;
}

const page = 'A page of host.example.';
const web = createServer((_request, response) => void response.end(page));
// The optional package for pseudo-terminals, too.
const project = new UserProject(['@lydell/node-pty']);
const blocks = blocksIn('js', 'ts');

beforeAll(async () => {
  web.listen(0, '127.0.0.1');
  await Promise.all([once(web, 'listening'), project.install({ types: false })]);
  project.write('context.mjs', context);
}, 60_000);

afterAll(async () => {
  project.remove();
  await new Promise((resolve) => web.close(resolve));
});

/** The expected effects of each program. It runs as it is printed, except for the serial port. */
const cases: Readonly<Record<string, (program: Program, world: World) => Promise<void>>> = {
  'README.md: A first program': printsThePage,
  'README.md: As streams': async (program, { thermometer }) => {
    const peer = await thermometer.accept();
    peer.write('20.5\nwarm\n21\n');
    await program.printed(/^Wi-Fi is up\n(\[.*\]\n)*\[ 20\.5, 21 \]\n/);
  },
  'README.md: As streams (2)': async (_program, { listening }) => {
    const client = await connected(listening);
    client.write('hello\n');
    expect(String(await takeAt(client, 6))).toBe('hello\n');
    client.end();
    expect(await text(client)).toBe('');
  },
  'README.md: As streams (3)': async (program, { udp }) => {
    const { data, from } = await udp.next();
    expect(String(data)).toBe('temperature?');
    await udp.send('20.5', from);
    await program.printed(/^20\.5 from \[ '192\.168\.1\.9', 5000 \]\n/);
    await udp.send('21', from);
    await program.printed(/192\.168\.1\.9 <Buffer 32 31>\n/);
  },
  'README.md: As streams (4)': async (program) => {
    expect(await program.outcome).toEqual({ code: 0, stdout: 'one\n\non\ne\n\n', stderr: '' });
  },
  'README.md: In tests': endsSilently,
  'README.md: The virtual modem': async (program) => {
    const { code, stdout, stderr } = await program.outcome;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\[\s+'192\.168\.1\.50',[^]*'my-ssid'\s+\]\n$/);
  },
  'docs/browser.md: A virtual modem': async (program) => {
    expect(await program.outcome).toEqual({ code: 0, stdout: '20.5\n\n', stderr: '' });
  },
  'docs/node.md: Connecting': printsThePage,
  'docs/node.md: HTTP and HTTPS': async (program) => {
    expect(await program.outcome).toEqual({ code: 0, stdout: `200 ${page}\n200 ${page}\n`, stderr: '' });
  },
  'docs/node.md: Serving': async (program, { listening }) => {
    await program.printed(/^It listens\.\n/);
    const answer = await fetch(`http://127.0.0.1:${listening}/here`, { headers: { connection: 'close' } });
    expect(await answer.text()).toBe('You asked for /here\n');
  },
  'docs/node.md: Datagrams': async (program, { udp }) => {
    const { data, from } = await udp.next();
    await udp.send(`you said ${String(data)}`, from);
    expect(await program.outcome).toEqual({ code: 0, stdout: '192.168.1.9 you said hello\n', stderr: '' });
  },
  'docs/porting-from-maixpy.md: Porting from MaixPy': async (program) => {
    const { code, stdout, stderr } = await program.outcome;
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\n$/), stderr: '' });
  },
  'docs/reliability.md: Flow control': endsSilently,
  'docs/reliability.md: The wires DTR and RTS': endsSilently,
  'docs/testing-at-drivers.md: In a program': async (program) => {
    const { code, stdout, stderr } = await program.outcome;
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\/dev\/\S+ \d+\n$/),
      stderr: '',
    });
  },
  'docs/watch.md: A program of your own': async (program) => {
    await program.printed(/^Watch it at http:\/\/127\.0\.0\.1:\d+\/#program=\S+\n/);
  },
};

/** Pages and settings of other programs; what is printed has no language. */
const others = ['', 'html', 'yaml'];

async function endsSilently(program: Program): Promise<void> {
  expect(await program.outcome).toEqual({ code: 0, stdout: '', stderr: '' });
}

async function printsThePage(program: Program): Promise<void> {
  const { code, stdout, stderr } = await program.outcome;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^HTTP/1\\.1 200 OK\\r\\n[^]*\\r\\n\\r\\n${page}\\n$`));
}

describe('the programs of the documents', () => {
  it('are all run here', () => {
    expect(Object.keys(cases)).toEqual(blocks.map(({ name }) => name));
  });

  it('are in languages that are checked', () => {
    const languages = new Set(blocksIn().map(({ language }) => language));
    expect([...languages].filter((language) => ![...others, 'js', 'ts', 'sh', 'python'].includes(language))).toEqual(
      [],
    );
  });

  it.each(blocks.map((block, index) => ({ ...block, index })))('$name', async (block) => {
    await run(`program${block.index}.mjs`, asFile(block), cases[block.name]!);
  });

  it('fail when they test for a wrong value', async () => {
    const test = blocks.find(({ name }) => name === 'README.md: In tests')!;
    const code = test.code.replace("{ a: '20.5\\n' }", "{ a: '20.6\\n' }");
    expect(code).not.toBe(test.code);
    await run('wrong.mjs', code, async (program) => {
      expect(await program.outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('20.6') });
    });
  });

  it('run as CommonJS, as README describes', async () => {
    const { code } = blocks.find(({ name }) => name === 'README.md: A first program')!;
    const [imports = '', ...rest] = code.split('\n');
    const required = imports.replace(/^import (.*) from ('.*');$/, 'const $1 = require($2);');
    await run('first.cjs', `${required}\nasync function main() {\n${rest.join('\n')}}\nmain();\n`, printsThePage);
  });
});

async function run(file: string, code: string, see: (program: Program, world: World) => Promise<void>): Promise<void> {
  await using thermometer = await tcpServer();
  await using udp = await udpPeer();
  const listening = await unusedPort();
  const modem = await serveTcp({
    latency: 0,
    ports: { 8080: listening },
    hosts: {
      'host.example': `127.0.0.1:${(web.address() as AddressInfo).port}`,
      '192.168.1.9:7000': `127.0.0.1:${thermometer.endpoint.port}`,
      '192.168.1.9:5000': `127.0.0.1:${udp.port}`,
    },
  });
  const line = `tcp://127.0.0.1:${modem.port}`;
  try {
    project.write(file, code.replaceAll('/dev/ttyUSB0', line));
    await using program = project.start(file, [], { LINE: line });
    await see(program, { thermometer, udp, listening });
  } finally {
    await modem.close();
  }
}

/** Connects to a port as soon as somebody listens there. */
async function connected(port: number): Promise<Socket> {
  for (;;) {
    const client = connect(port, '127.0.0.1');
    try {
      await once(client, 'connect');
      return client;
    } catch {
      // Nobody listens yet.
    }
  }
}
