import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The end of a TCP connection in the program on the other side. */
export class PeerConnection {
  received = '';
  closed = false;
  private wake: (() => void) | undefined;

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
      this.wake?.();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.closed = true;
      this.wake?.();
    });
  }

  send(text: string | Buffer): Promise<void> {
    return new Promise((resolve) => this.socket.write(text, () => resolve()));
  }

  /** Reads exactly this text. */
  async reads(expected: string): Promise<void> {
    await this.until(() => this.received.length >= expected.length || this.closed);
    const got = this.received.slice(0, expected.length);
    if (got !== expected) throw new Error(`the peer expected ${expected}\n but got ${got}`);
    this.received = this.received.slice(expected.length);
  }

  ended(): Promise<void> {
    return this.until(() => this.closed);
  }

  private until(ready: () => boolean): Promise<void> {
    if (ready()) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = () => {
        if (ready()) resolve();
      };
    });
  }
}

/** Programs of this machine that virtual modems talk to. `clear` closes all of them. */
export class Peers {
  private readonly servers: Server[] = [];
  private readonly sockets: Socket[] = [];
  private readonly datagrams: UdpSocket[] = [];

  /** A TCP server on a free port, and its connections in the order in which they come. */
  async server(): Promise<{ port: number; next: () => Promise<PeerConnection> }> {
    const queue: PeerConnection[] = [];
    let wake: (() => void) | undefined;
    const server = createServer((socket) => {
      this.sockets.push(socket);
      queue.push(new PeerConnection(socket));
      wake?.();
    });
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const next = async (): Promise<PeerConnection> => {
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return queue.shift()!;
    };
    return { port: (server.address() as AddressInfo).port, next };
  }

  /** A client of a port of this machine. */
  async client(port: number): Promise<PeerConnection> {
    const socket = connect(port, '127.0.0.1');
    this.sockets.push(socket);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new PeerConnection(socket);
  }

  /** A UDP socket on a free port, and its datagrams in the order in which they come. */
  async udp(): Promise<{ port: number; socket: UdpSocket; next: () => Promise<{ text: string; port: number }> }> {
    const socket = createSocket('udp4');
    this.datagrams.push(socket);
    const queue: { text: string; port: number }[] = [];
    let wake: (() => void) | undefined;
    socket.on('message', (bytes, { port }) => {
      queue.push({ text: bytes.toString('latin1'), port });
      wake?.();
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const next = async (): Promise<{ text: string; port: number }> => {
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return queue.shift() as { text: string; port: number };
    };
    return { port: socket.address().port, socket, next };
  }

  /** A port on which nobody listens. */
  async closedPort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    return port;
  }

  async clear(): Promise<void> {
    for (const socket of this.sockets.splice(0)) socket.destroy();
    for (const socket of this.datagrams.splice(0)) socket.close();
    await Promise.all(
      this.servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }
}
