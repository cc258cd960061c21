import { afterEach, describe, expect, it } from '@jest/globals';
import { type AddressInfo, createServer } from 'node:net';

import { createEmulator, type EmulatorOptions, firmwareVersions } from '../../../src/emulator';
import { type ESP8285, ESP8285 as Interface } from '../../../src/esp8285';
import { DatagramSocket, Socket } from '../../../src/usocket';
import { failureOf } from '../../../harness/interfaces/failure';
import { Modems } from '../support/modemsAndPeers';

const started: { close(): unknown }[] = [];
const modems = new Modems();
afterEach(async () => {
  modems.clear();
  for (const each of started.splice(0)) await each.close();
});

/** An interface on a virtual modem that has joined a network, and the notes in its trace. */
async function online(options: EmulatorOptions): Promise<{ nic: ESP8285; notes: readonly string[] }> {
  const { uart } = createEmulator({ latency: 0, ...options });
  const nic = new Interface(uart);
  const notes: string[] = [];
  nic.trace$.subscribe(({ kind, text }) => {
    if (kind === 'note') notes.push(text);
  });
  started.push(nic);
  await nic.start();
  await nic.connect('my-ssid', 'my-password');
  notes.length = 0;
  return { nic, notes };
}

describe.each(firmwareVersions)('a program on a virtual modem with AT %s', (firmware) => {
  const hosts = { 'a.example': 'refused', 'b.example:80': '127.0.0.1:1' };
  const isToldOf = (place: string) =>
    expect.stringContaining(
      `the virtual modem reaches only the hosts it was given: a.example, b.example:80; ${place} is not one of them`,
    );

  it('is told of a name that leads nowhere', async () => {
    const { nic } = await online({ firmware, hosts });
    const name = 'elsewhere.example';
    expect(await failureOf(nic.resolve(name))).toMatchObject({ code: 'EAI_NONAME', message: isToldOf(name) });
  });

  it('is told of an address that leads nowhere', async () => {
    const { nic, notes } = await online({ firmware, hosts, connectTimeout: 20 });
    const failure = await failureOf(new Socket(nic).connect(['192.0.2.9', 80]));
    expect(failure).toMatchObject({ message: isToldOf('192.0.2.9') });
    expect(notes).toEqual([isToldOf('192.0.2.9')]);
    expect(await failureOf(nic.ping('192.0.2.9'))).toMatchObject({ message: isToldOf('192.0.2.9') });
  });

  it('is told where a host leads that refuses, because nobody listens there', async () => {
    const { nic } = await online({ firmware, hosts });
    const message = expect.stringContaining('b.example:80, which is 127.0.0.1:1, and nobody listens there');
    expect(await failureOf(new Socket(nic).connect(['198.18.0.2', 80]))).toMatchObject({
      code: 'ECONNREFUSED',
      message,
    });
  });

  it('finds in the trace where lost datagrams were sent', async () => {
    const { nic, notes } = await online({ firmware, hosts });
    await new DatagramSocket(nic).sendto('hello', ['192.0.2.9', 53]);
    expect(notes).toContainEqual(isToldOf('192.0.2.9'));
  });

  it('is told which networks there are', async () => {
    const { nic } = await online({ firmware });
    const message = expect.stringContaining('no such network is in range of the virtual modem; there is my-ssid');
    expect(await failureOf(nic.connect('their-ssid', 'my-password'))).toMatchObject({ code: 'ENOENT', message });
  });

  it('gets EADDRINUSE for a port that this machine has taken, and can have another', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const { nic } = await online({ firmware });
    const server = new Socket(nic);
    await server.bind(['0.0.0.0', port]);
    const message = expect.stringMatching(/in use|EADDRINUSE.*ports: \{ 80: 8080 \}/);
    expect(await failureOf(server.listen())).toMatchObject({ code: 'EADDRINUSE', errno: 98, message });
    await new Promise((resolve) => taken.close(resolve));

    const { nic: mapped } = await online({ firmware, ports: { 80: 0 } });
    const other = new Socket(mapped);
    await other.bind(['0.0.0.0', 80]);
    await other.listen();
  });
});

describe('what a virtual modem tells', () => {
  it('has no key in it, however a line with one is written', async () => {
    const host = await modems.ready();
    const told: string[] = [];
    host.emulator.events$.subscribe(({ text }) => told.push(text));
    const key = 'secret-key';
    for (const line of [
      `AT+CWJAP_CUR="my-ssid","${key}"`,
      `at+cwjap="a\\"b","${key}"`,
      `AT+CWJAP=${key}`,
      `AT+CWSAP_DEF="me","${key}",5,3`,
      `AT+CWJA="my-ssid","${key}"`,
      `T+CWJAP="my-ssid","${key}"`,
      `ATCWJAP="my-ssid","${key}"`,
      `AT+CIPSSLCPSK=0,"${key}","hint"`,
    ]) {
      host.type(`${line}\r\n`);
      await host.readsUntil(/\r\n(OK|ERROR|FAIL)\r\n/);
    }
    const all = told.join('\n');
    expect(all).not.toContain('secret');
    expect(all).toContain('AT+CWJAP_CUR="my-ssid"…');
    expect(all).toContain('AT+CWJA=… → ERROR (no such command)');
    expect(all).toContain('a line of 30 bytes that is not a command');
  });

  it('ends when it is switched off', async () => {
    const host = await modems.ready();
    let isOver = false;
    host.emulator.events$.subscribe({ complete: () => (isOver = true) });
    host.emulator.close();
    expect(isOver).toBe(true);
  });
});

describe('joining', () => {
  it('takes as long as it was told', async () => {
    const accessPoints = [{ ssid: 'slow', association: 40, dhcp: 60 }];
    const host = await modems.ready({ accessPoints, joinTimeout: 10 });
    const before = performance.now();
    await host.asks('AT+CWMODE_CUR=1');
    host.type('AT+CWJAP_CUR="slow",""\r\n');
    await host.readsUntil(/WIFI CONNECTED\r\n/);
    const associated = performance.now();
    await host.reads('WIFI GOT IP\r\n\r\nOK\r\n');
    expect(associated - before).toBeGreaterThan(35);
    expect(performance.now() - associated).toBeGreaterThan(55);
  });
});
