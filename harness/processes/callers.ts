/**
 * A program with many uncaught errors, for `spec/frontDoor/callers.spec.ts`. A comment with the name of its part marks the
 * line that causes each. Each error is printed after that name, and the last one ends the program.
 */
import { once } from 'node:events';
import { inspect } from 'node:util';

import { createServer } from 'node:http';

import { machine, network, uselect, usocket } from '../../src';
import { ESP8285 } from '../../src/esp8285';
import { connect, createSocket, listen, lookup, NicDatagramSocket, NicServer, NicSocket } from '../../src/node';
import { webSerialUart, webSocketUart } from '../../src/web-serial';

/** An interface whose `await` was forgotten. */
const nic = Promise.resolve() as never;
const refused = ['127.0.0.1', Number(process.argv[2])] as const;

const parts: Readonly<Record<string, () => unknown>> = {
  async connect() {
    await using sock = usocket.socket();
    await sock.connect(refused); // connect
  },

  async forgotten() {
    const sock = usocket.socket();
    void sock.connect(refused); // forgotten
    await once(process, 'unhandledRejection');
    await sock.close();
  },

  async closed() {
    const sock = usocket.socket();
    await sock.close();
    await sock.recv(10); // closed
  },

  async closedUnder() {
    const server = usocket.socket();
    await server.bind(['127.0.0.1', 0]);
    await server.listen();
    void server.accept(); // closedUnder
    void server.close();
    await once(process, 'unhandledRejection');
  },

  async datagram() {
    await using sock = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    sock.settimeout(0.01);
    await sock.bind(['127.0.0.1', 0]);
    await sock.recvfrom(10); // datagram
  },

  async iterated() {
    await using sock = usocket.socket();
    for await (const chunk of sock) console.log(chunk); // iterated
  },

  async file() {
    await using sock = usocket.socket();
    await sock.makefile('wb').readline(); // file
  },

  async poll() {
    await uselect.poll().poll(NaN); // poll
  },

  async select() {
    await uselect.select([], [], [], NaN); // select
  },

  async lookedUp() {
    await usocket.getaddrinfo('no such name', 80); // lookedUp
  },

  async modem() {
    const uart = new machine.UART('emulator:', 921_600, { emulator: { accessPoints: [], latency: 0 } });
    await using nic = await network.ESP8285(uart);
    await nic.connect('my-ssid', 'my-password'); // modem
  },

  async line() {
    await network.ESP8285(new machine.UART('/dev/no-such-port')); // line
  },

  async made() {
    await network.ESP8285(new machine.UART('gopher:')); // made
  },

  async serial() {
    await using uart = new machine.UART('/dev/no-such-port');
    await uart.read(); // serial
  },

  // These throw at the call.
  family() {
    usocket.socket(usocket.AF_INET6); // family
  },

  packed() {
    usocket.inet_pton(usocket.AF_INET, 'no address'); // packed
  },

  unpacked() {
    usocket.inet_ntop(usocket.AF_INET, Buffer.alloc(3)); // unpacked
  },

  timed() {
    usocket.socket().settimeout(-1); // timed
  },

  timedDatagrams() {
    usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM).settimeout(-1); // timedDatagrams
  },

  async closedFile() {
    const sock = usocket.socket();
    await sock.close();
    sock.makefile(); // closedFile
  },

  registered() {
    // @ts-expect-error An object without `readiness$`.
    uselect.poll().register({}); // registered
  },

  modified() {
    uselect.poll().modify(usocket.socket(), uselect.POLLIN); // modified
  },

  unregistered() {
    uselect.poll().unregister(usocket.socket()); // unregistered
  },

  host() {
    network.Host({ ca: 'no certificate' }); // host
  },

  options() {
    new ESP8285(new machine.UART('emulator:'), { idleTimeout: 0.5 }); // options
  },

  webSerial() {
    webSerialUart(undefined as never); // webSerial
  },

  webSocket() {
    webSocketUart('http://127.0.0.1'); // webSocket
  },

  nodeConnect() {
    connect({ port: 9, nic }); // nodeConnect
  },

  nodeSocket() {
    new NicSocket({ nic }).connect(9); // nodeSocket
  },

  nodeLookup() {
    lookup('localhost', { nic }, () => undefined); // nodeLookup
  },

  nodeListen() {
    listen(createServer(), { port: 9, nic }); // nodeListen
  },

  nodeServer() {
    new NicServer({ nic }).listen(9); // nodeServer
  },

  nodePath() {
    new NicServer().listen('/tmp/path'); // nodePath
  },

  nodeCreate() {
    createSocket({ type: 'udp6' }); // nodeCreate
  },

  nodeDatagrams() {
    new NicDatagramSocket({ type: 'udp4', nic }); // nodeDatagrams
  },
};

async function main(): Promise<void> {
  network.Host();
  for (const [name, run] of Object.entries(parts)) {
    const print = (error: unknown): void => console.error(`\n== ${name}\n${inspect(error)}`);
    process.once('unhandledRejection', print);
    try {
      await run();
    } catch (error) {
      print(error);
    }
    process.off('unhandledRejection', print);
  }
  await usocket.socket().connect(refused); // last
}

void main();
