import { describe, expect, it } from '@jest/globals';

import { servePty, serveTcp } from '../../src/emulator';
import { startNode } from '../../harness/processes/program';
import { tcpServer } from '../../harness/peers/tcpServer';
import { webServer } from '../../harness/peers/webServer';

/** Connects over an interface that is unreferenced, and unreferences the connection when the peer has said something. */
const program = `
  const { once } = require('node:events');
  const { machine, network } = require('./src');
  const { connect } = require('./src/node');
  const [line, port] = process.argv.slice(1);
  (async () => {
    const uart = new machine.UART(line, 115_200, { emulator: { latency: 0 } });
    const nic = (await network.ESP8285(uart)).unref();
    await nic.connect('my-ssid', 'my-password');
    const socket = connect({ host: '127.0.0.1', port, nic });
    await once(socket, 'connect');
    console.log('waits');
    const [heard] = await once(socket, 'data');
    console.log(String(heard));
    socket.unref();
    process.on('exit', () => console.log(socket.readyState));
  })();
`;

/** Asks a web server, and has nothing to do after the answer. */
const asking = `
  const { get } = require('node:http');
  const { text } = require('node:stream/consumers');
  const { machine, network } = require('./src');
  const { HttpAgent } = require('./src/node');
  const [line, port] = process.argv.slice(1);
  (async () => {
    const nic = (await network.ESP8285(new machine.UART(line, 115_200))).unref();
    await nic.connect('my-ssid', 'my-password');
    const agent = new HttpAgent({ nic, keepAlive: true });
    const response = await new Promise((answer) => get({ host: '127.0.0.1', port, agent }, answer));
    console.log(await text(response));
    process.on('exit', () => console.log(Object.values(agent.freeSockets).flat().length, 'kept'));
  })();
`;

describe('an interface that is unreferenced', () => {
  it('lets the program end while an agent keeps an idle connection', async () => {
    await using pty = await disposable(servePty({ latency: 0 }));
    await using web = await webServer((_request, response) => void response.end('a page'));
    // It does not end the connection.
    web.server.keepAliveTimeout = 60_000;
    const line = [pty.served.path, String(web.port)];
    await using running = startNode(['-r', './harness/processes/tsNode.cjs', '-e', asking, ...line]);
    expect(await running.outcome).toEqual({ code: 0, stdout: 'a page\n1 kept\n', stderr: '' });
  });

  it.each(['emulator:', 'a serial port', 'a serial server'] as const)(
    'keeps the program running while a connection of it does, on %s',
    async (kind) => {
      await using pty = kind === 'a serial port' ? await disposable(servePty({ latency: 0 })) : undefined;
      await using tcp = kind === 'a serial server' ? await disposable(serveTcp({ latency: 0, port: 0 })) : undefined;
      const line = pty?.served.path ?? (tcp ? `tcp://127.0.0.1:${tcp.served.port}` : kind);
      await using server = await tcpServer();
      const { port } = server.endpoint;
      await using running = startNode(['-r', './harness/processes/tsNode.cjs', '-e', program, line, String(port)]);
      const peer = await server.accept();
      await running.printed(/waits/);
      peer.write('hello');
      expect(await running.outcome).toEqual({ code: 0, stdout: 'waits\nhello\nopen\n', stderr: '' });
    },
  );
});

async function disposable<T extends { close(): unknown }>(serving: Promise<T>) {
  const served = await serving;
  return {
    served,
    async [Symbol.asyncDispose]() {
      await served.close();
    },
  };
}
