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
 * One side of a connection: it is called when the connection is made, with what the other side says, and gives what this
 * side says. Completing ends the connection in order, an error breaks it off; when the other side ends it, `received$`
 * completes, and what is said after that is for nobody.
 *
 *     (received$) => received$                                       // an echo
 *     () => cold('--a--b|', { a: 'hello ', b: 'world' })             // says its piece and closes
 *     (received$) => received$.pipe(take(1), map(() => 'HTTP/1.0 204 No Content\r\n\r\n'))
 */
export type Talk = (received$: Observable<Buffer>) => ObservableInput<Uint8Array | string>;

/** Where everybody of a network in memory is. */
const address = '127.0.0.1';
const firstClientPort = 50_000;

/** A network in memory for a virtual modem: who answers on its ports is the test itself. There is no time in it. */
export class MemoryNetwork implements Network {
  private readonly listening = new Map<number, Subject<Connection>>();
  private clients = 0;

  /**
   * @param servers Who answers a connection to a port.
   * @param datagrams Who answers the datagrams to a port, each emission with one of its own.
   */
  constructor(
    private readonly servers: ReadonlyMap<number, Talk>,
    private readonly datagrams: ReadonlyMap<number, Talk> = new Map(),
  ) {}

  connect(to: Endpoint): Observable<Connection> {
    const talk = this.servers.get(to.port);
    return defer(() =>
      talk === undefined
        ? throwError(() => new NetworkError('refused', `nobody listens on port ${to.port}`))
        : [new MemoryConnection(to, this.nextPort(), talk)],
    );
  }

  listen(port: number): Observable<Listener> {
    return new Observable((subscriber) => {
      const clients = new Subject<Connection>();
      this.listening.set(port, clients);
      subscriber.next({ localPort: port, connections$: clients.asObservable() });
      return () => this.listening.delete(port);
    });
  }

  bind(port: number): Observable<DatagramPort> {
    return defer(() => [new MemoryDatagramPort(port || this.nextPort(), this.datagrams)]);
  }

  /** Connects a client to a port that the modem listens on. Throws a `NetworkError` when it does not. */
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
  private readonly flowing = new BehaviorSubject(true);
  private readonly talking = new Subscription();

  constructor(
    readonly remote: Endpoint,
    readonly localPort: number,
    talk: Talk,
  ) {
    this.data$ = new Observable<Buffer>((subscriber) => {
      // Not torn down with the reader: the other side is told of its end first.
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
    });
  }

  pause(): void {
    this.flowing.next(false);
  }

  resume(): void {
    this.flowing.next(true);
  }

  write(bytes: Buffer): Observable<never> {
    this.received.next(bytes);
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
        // A datagram that is not sent is a datagram lost.
        error: () => undefined,
      }),
    );
    return received;
  }
}
