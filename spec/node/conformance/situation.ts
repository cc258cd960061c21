import { once } from 'node:events';
import { type AddressInfo, connect as connectOverSystem, type Server, type Socket } from 'node:net';

import { type TcpServer, tcpServer } from '../../../harness/peers/tcpServer';
import type { NicConnectOptions, NicServerOptions } from '../../../src/node';
import { noteEvents, noteServerEvents } from '../support/eventLog';
import type { Sockets, TestedSockets } from '../support/sockets';

/** A row of the conformance table. */
export interface Situation {
  readonly name: string;
  readonly play: (stage: Stage) => Promise<unknown>;
  /** What `net` itself shows in this order: its events, each with the state of the socket then, and what `play` notes. */
  readonly events: readonly string[];
  /** What the sockets of this package show instead. */
  readonly ours?: Difference;
  /** What they show over a modem instead. */
  readonly overModems?: Difference;
}

interface Difference {
  readonly because: string;
  readonly events: readonly string[];
}

/** The events that a situation is to have. */
export function expected({ events, ours, overModems }: Situation, tested: TestedSockets): readonly string[] {
  return (tested.firmware ? overModems?.events : undefined) ?? (tested.isOurs ? ours?.events : undefined) ?? events;
}

export const host = '127.0.0.1';

/** Where a situation is played: sockets whose events are noted, and their peers. Dispose of it with `await using`. */
export class Stage implements AsyncDisposable {
  readonly log: string[] = [];
  private readonly made: Socket[] = [];

  private constructor(
    readonly tested: TestedSockets,
    readonly sockets: Sockets,
    private readonly peers: TcpServer,
  ) {}

  static async on(tested: TestedSockets): Promise<Stage> {
    return new Stage(tested, await tested.start(), await tcpServer());
  }

  /** The port of the peer. */
  get port(): number {
    return this.peers.endpoint.port;
  }

  note(what: string): void {
    this.log.push(what);
  }

  /** Connects a socket to the peer, unless the options say otherwise, and notes its events. */
  connect(options: Partial<NicConnectOptions> & StageOptions = {}, listener?: () => void): Socket {
    const { noteData = true, ...others } = options;
    const socket = this.sockets.connect({ host, port: this.port, ...others }, listener);
    noteEvents(socket, this.log, noteData);
    this.made.push(socket);
    return socket;
  }

  /** The peer of the next connection. It is paused, and stays open when the socket ends. */
  accept(): Promise<Socket> {
    return this.peers.accept();
  }

  async connected(options: Partial<NicConnectOptions> & StageOptions = {}): Promise<[socket: Socket, peer: Socket]> {
    const socket = this.connect(options);
    const [peer] = await Promise.all([this.accept(), once(socket, 'connect')]);
    return [socket, peer];
  }

  /** A server whose events are noted. */
  server(options: NicServerOptions = {}, listener?: (socket: Socket) => void): Server {
    const server = this.sockets.createServer(options, listener);
    noteServerEvents(server, this.log);
    return server;
  }

  /** A client of the operating system that has connected to the server, and the server's socket for it. */
  async client(server: Server): Promise<[client: Socket, socket: Socket]> {
    const client = connectOverSystem({ host, port: (server.address() as AddressInfo).port });
    client.on('error', () => undefined);
    this.made.push(client);
    const [[socket]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
      [Socket],
      unknown,
    ];
    return [client, socket];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.made) socket.destroy();
    await this.peers[Symbol.asyncDispose]();
    await this.sockets[Symbol.asyncDispose]();
  }
}

interface StageOptions {
  /** Whether `data` is noted. A listener for it makes the socket flow. Default: true. */
  readonly noteData?: boolean;
}
