import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A datagram socket of this machine for one spec. */
export interface UdpPeer extends AsyncDisposable {
  readonly port: number;
  readonly address: readonly [string, number];
  /** Waits for the next datagram. `from` is the port of its sender. */
  next(): Promise<{ readonly data: Buffer; readonly from: number }>;
  send(data: Uint8Array | string, port: number): Promise<void>;
}

/** Opens a datagram socket on a free port of loopback. Dispose of it with `await using`. */
export async function udpPeer(): Promise<UdpPeer> {
  const socket = createSocket('udp4');
  const waiting: { data: Buffer; from: number }[] = [];
  socket.on('message', (data: Buffer, { port }: RemoteInfo) => {
    waiting.push({ data, from: port });
    socket.emit('taken');
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  return {
    port,
    address: ['127.0.0.1', port],
    async next() {
      while (waiting.length === 0) await once(socket, 'taken');
      return waiting.splice(0, 1)[0]!;
    },
    send: (data, to) =>
      new Promise((resolve, reject) => {
        socket.send(data, to, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
      }),
    [Symbol.asyncDispose]: () => closed(socket),
  };
}

/** A port of loopback where nobody receives datagrams. */
export async function unusedUdpPort(): Promise<number> {
  const peer = await udpPeer();
  await peer[Symbol.asyncDispose]();
  return peer.port;
}

/** Closes a datagram socket, and resolves when it is closed. */
export async function closed(socket: Socket): Promise<void> {
  const gone = once(socket, 'close');
  socket.close();
  await gone;
}
