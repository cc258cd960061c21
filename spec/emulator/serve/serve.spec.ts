import { open } from 'node:fs/promises';
import { connect } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';
import type { SerialPort } from 'serialport';

import { servePty, serveTcp } from '../../../src/emulator';
import { openSerialPort } from '../../../harness/lines/serialPort';
import { PeerConnection, Peers } from '../support/peer';

const peers = new Peers();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await peers.clear();
});

const quick = { latency: 0, interleave: 0, stored: { ssid: 'my-ssid', key: 'my-password' } } as const;

/** A program that has opened the device. */
class Terminal {
  private text = '';
  private wake: (() => void) | undefined;

  private constructor(private readonly port: SerialPort) {
    port.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
      this.wake?.();
    });
  }

  static async open(path: string): Promise<Terminal> {
    return new Terminal(await openSerialPort(path));
  }

  type(text: string): void {
    this.port.write(Buffer.from(text, 'latin1'));
  }

  async reads(expected: string): Promise<void> {
    while (this.text.length < expected.length) await new Promise<void>((resolve) => (this.wake = resolve));
    expect(this.text.slice(0, expected.length)).toBe(expected);
    this.text = this.text.slice(expected.length);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.port.close(() => resolve()));
  }
}

describe('a virtual modem on a pseudo-terminal', () => {
  it('hears a program that opens the device as it is', async () => {
    const served = await servePty({ ...quick, firmware: '1.7.4' });
    closers.push(() => served.close());
    const device = await open(served.path, 'r+');
    await device.write('AT\r\n');
    const expected = 'AT\r\r\n\r\nOK\r\n';
    let heard = '';
    while (heard.length < expected.length) {
      const { buffer, bytesRead } = await device.read(Buffer.alloc(64));
      heard += buffer.toString('latin1', 0, bytesRead);
    }
    await device.close();
    expect(heard).toBe(expected);
  });

  it('is opened with serialport like a device, again and again', async () => {
    const served = await servePty({ ...quick, firmware: '1.7.4' });
    closers.push(() => served.close());
    for (let time = 0; time < 3; time++) {
      const terminal = await Terminal.open(served.path);
      terminal.type('AT\r\n');
      await terminal.reads('AT\r\r\n\r\nOK\r\n');
      await terminal.close();
    }
  });

  it('carries every byte both ways', async () => {
    const { port, next } = await peers.server();
    const served = await servePty({ ...quick, firmware: '2.2.2', baud: 921_600 });
    closers.push(() => served.close());
    const terminal = await Terminal.open(served.path);
    terminal.type('ATE0\r\n');
    await terminal.reads('ATE0\r\n\r\nOK\r\n');
    terminal.type(`AT+CIPSTART="TCP","127.0.0.1",${port}\r\n`);
    await terminal.reads('CONNECT\r\n\r\nOK\r\n');
    const peer = await next();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value)).toString('latin1');
    terminal.type('AT+CIPSEND=256\r\n');
    await terminal.reads('\r\nOK\r\n\r\n>');
    terminal.type(bytes);
    await terminal.reads('\r\nRecv 256 bytes\r\n\r\nSEND OK\r\n');
    await peer.reads(bytes);
    // More than the kernel's buffer for the terminal.
    const long = Buffer.from(bytes.repeat(40), 'latin1');
    await peer.send(long.subarray(0, 2880));
    await terminal.reads(`\r\n+IPD,2880:${long.toString('latin1', 0, 2880)}`);
    await terminal.close();
  });

  it('closes twice, and leaves nothing behind', async () => {
    const served = await servePty(quick);
    await served.close();
    await served.close();
    await expect(Terminal.open(served.path)).rejects.toThrow();
  });

  it('leaves no terminal open when its options are out of range', async () => {
    await expect(servePty({ baud: -1 })).rejects.toThrow(RangeError);
    await expect(servePty({ hosts: { 'host.example': '192.0.2.1:80' } })).rejects.toThrow(RangeError);
  });
});

describe('a virtual modem over TCP', () => {
  it('serves one client at a time, and keeps running between them', async () => {
    const served = await serveTcp({ ...quick, firmware: '2.2.2' });
    closers.push(() => served.close());
    const first = await peers.client(served.port);
    await first.send('ATE0\r\n');
    await first.reads('ATE0\r\n\r\nOK\r\n');
    const second = await peers.client(served.port);
    await second.ended();
    first.socket.end();
    await first.ended();
    const third = await peers.client(served.port);
    await third.send('AT\r\n');
    await third.reads('\r\nOK\r\n');
  });

  it('waits for a client that does not read, in bounded memory', async () => {
    const { port, next } = await peers.server();
    const served = await serveTcp({ ...quick, firmware: '1.7.4' });
    closers.push(() => served.close());
    const socket = connect(served.port, '127.0.0.1');
    const client = new PeerConnection(socket);
    await client.send(`ATE0\r\nAT+CIPSTART="TCP","127.0.0.1",${port}\r\n`);
    await client.reads('ATE0\r\r\n\r\nOK\r\nCONNECT\r\n\r\nOK\r\n');
    const peer = await next();
    socket.pause();
    const flood = Buffer.alloc(16 << 20, 'x');
    let written = false;
    const sent = peer.send(flood).then(() => (written = true));
    for (let round = 0; round < 200; round++) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBe(false);
    expect(served.emulator.state.links[0]?.unread).toBeLessThanOrEqual(5840);
    socket.resume();
    await sent;
    socket.destroy();
  });

  it('ends when the modem is unplugged', async () => {
    const served = await serveTcp(quick);
    closers.push(() => served.close());
    const client = await peers.client(served.port);
    served.emulator.fault({ kind: 'unplug' });
    await client.ended();
  });
});
