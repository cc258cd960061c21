import {
  BehaviorSubject,
  concatMap,
  defer,
  EMPTY,
  first,
  from,
  map,
  Observable,
  type ObservableInput,
  Subject,
  Subscription,
  throwError,
} from 'rxjs';

import {
  type Connection,
  type Datagram,
  type DatagramPort,
  type Endpoint,
  type Listener,
  type Network,
  NetworkError,
} from '../emulator';
import { bytesOf } from './bytesOf';

/**
 * One side of a connection. It is called when the connection is made, with the bytes from the other side, and returns the
 * bytes, or strings in UTF-8, that this side sends. Completing ends the connection, an error resets it. When the other side
 * ends the connection, `received$` completes, and nothing more is sent.
 *
 *     const echo: Talk = (received$) => received$;
 *     const greeting: Talk = () => cold('--a--b|', { a: 'hello ', b: 'world' }); // then the connection ends
 *     const page: Talk = (received$) => received$.pipe(take(1), map(() => 'HTTP/1.0 204 No Content\r\n\r\n'));
 */
export type Talk = (received$: Observable<Buffer>) => ObservableInput<Uint8Array | string>;

/** The address of every host of a network in memory. */
const address = '127.0.0.1';
const firstClientPort = 50_000;

/** A network in memory for a virtual modem. The test answers on its ports, and nothing takes time. */
export class MemoryNetwork implements Network {
  private readonly listening = new Map<number, Subject<Connection>>();
  private clients = 0;

  /**
   * @param servers What answers a connection, by port.
   * @param datagrams What answers datagrams, by port. It is called once for each local port of the modem, and each value
   *   that it emits is sent as one datagram.
   */
  constructor(
    private readonly servers: ReadonlyMap<number, Talk>,
    private readonly datagrams: ReadonlyMap<number, Talk> = new Map(),
  ) {}

  /** Cold. Connects to a port, emits the connection and completes. Errors with a `NetworkError` when nothing answers there. */
  connect(to: Endpoint): Observable<Connection> {
    const talk = this.servers.get(to.port);
    return defer(() =>
      talk === undefined
        ? throwError(() => new NetworkError('refused', `nobody listens on port ${to.port}`))
        : [new MemoryConnection(to, this.nextPort(), talk)],
    );
  }

  /** Cold. Listens on a port until it is unsubscribed: {@link MemoryNetwork.connectClient} connects to it. */
  listen(port: number): Observable<Listener> {
    return new Observable((subscriber) => {
      const clients = new Subject<Connection>();
      this.listening.set(port, clients);
      subscriber.next({ localPort: port, connections$: clients.asObservable() });
      return () => this.listening.delete(port);
    });
  }

  /** Cold. Emits a port for datagrams, on any free port for 0, and completes. */
  bind(port: number): Observable<DatagramPort> {
    return defer(() => [new MemoryDatagramPort(port || this.nextPort(), this.datagrams)]);
  }

  /** Connects a client to a port that the modem listens on. Throws a `NetworkError` when it does not listen there. */
  connectClient(port: number, talk: Talk): void {
    const listener = this.listening.get(port);
    if (!listener) throw new NetworkError('refused', `the modem does not listen on port ${port}`);
    listener.next(new MemoryConnection({ address, port: this.nextPort() }, port, talk));
  }

  private nextPort(): number {
    return firstClientPort + this.clients++;
  }
}

class MemoryConnection implements Connection {
  readonly data$: Observable<Buffer>;
  private readonly received = new Subject<Buffer>();
  /** What has been written before the other side was called: a fast host answers a client inside its `CONNECT`. */
  private early: Buffer[] | undefined = [];
  private readonly flowing = new BehaviorSubject(true);
  private readonly talking = new Subscription();

  constructor(
    readonly remote: Endpoint,
    readonly localPort: number,
    talk: Talk,
  ) {
    this.data$ = new Observable<Buffer>((subscriber) => {
      // Goes on when the reader unsubscribes: the other side sees the end of the connection first.
      this.talking.add(
        from(talk(this.received.asObservable()))
          .pipe(
            concatMap((said) =>
              this.flowing.pipe(
                first(Boolean),
                map(() => bytesOf(said)),
              ),
            ),
          )
          .subscribe({
            next: (bytes) => subscriber.next(bytes),
            error: (error: unknown) => subscriber.error(error),
            complete: () => subscriber.complete(),
          }),
      );
      for (let bytes = this.early?.shift(); bytes !== undefined; bytes = this.early?.shift()) this.received.next(bytes);
      this.early = undefined;
    });
  }

  pause(): void {
    this.flowing.next(false);
  }

  resume(): void {
    this.flowing.next(true);
  }

  write(bytes: Buffer): Observable<never> {
    if (this.early) this.early.push(bytes);
    else this.received.next(bytes);
    return EMPTY;
  }

  end(): void {
    this.received.complete();
    this.talking.unsubscribe();
  }

  abort(): void {
    this.end();
  }
}

class MemoryDatagramPort implements DatagramPort {
  readonly datagrams$: Observable<Datagram>;
  private readonly incoming = new Subject<Datagram>();
  private readonly peers = new Map<number, Subject<Buffer>>();
  private readonly talking = new Subscription();

  constructor(
    readonly localPort: number,
    private readonly talks: ReadonlyMap<number, Talk>,
  ) {
    this.datagrams$ = this.incoming.asObservable();
  }

  send(bytes: Buffer, to: Endpoint): void {
    this.peer(to)?.next(bytes);
  }

  close(): void {
    for (const peer of this.peers.values()) peer.complete();
    this.talking.unsubscribe();
    this.incoming.complete();
  }

  private peer(to: Endpoint): Subject<Buffer> | undefined {
    const known = this.peers.get(to.port);
    const talk = this.talks.get(to.port);
    if (known || !talk) return known;
    const received = new Subject<Buffer>();
    this.peers.set(to.port, received);
    this.talking.add(
      from(talk(received.asObservable())).subscribe({
        next: (said) => this.incoming.next({ bytes: bytesOf(said), from: to }),
        // A datagram that cannot be sent is lost.
        error: () => undefined,
      }),
    );
    return received;
  }
}
