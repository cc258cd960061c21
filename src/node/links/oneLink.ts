import { distinctUntilChanged, map, type Observable, tap } from 'rxjs';

import type {
  DatagramLink,
  Endpoint,
  Listener,
  Nic,
  OpenStreamOptions,
  StreamLink,
  StreamSettings,
} from '../../usocket/contract/nic';
import type { SocketTrace } from '../../usocket/contract/socketTrace';

/** What a {@link OneLink} does differently from its interface. */
export interface OneLinkOptions {
  /** Opens the link of the socket. */
  readonly open: (remote: Endpoint, options?: OpenStreamOptions) => Observable<StreamLink>;
  /** How many bytes of the room of the socket are for bytes that the interface cannot hold back. */
  readonly spare: number;
}

/** An interface for one socket: it shows what happens on the link of that socket. */
export class OneLink implements Nic {
  readonly name: string;
  readonly maxDatagram: number;
  readonly sockets: SocketTrace | undefined;
  /** The link, once it is open. */
  link: StreamLink | undefined;
  /** How many bytes the interface has taken to send. */
  sent = 0;

  constructor(
    private readonly nic: Nic,
    private readonly options: OneLinkOptions,
  ) {
    this.name = nic.name;
    this.maxDatagram = nic.maxDatagram;
    this.sockets = nic.sockets;
  }

  openStream(remote: Endpoint, options?: OpenStreamOptions): Observable<StreamLink> {
    return this.options.open(remote, options).pipe(
      map((link) => {
        this.link = link;
        return this.watched(link);
      }),
    );
  }

  resolve(host: string): Observable<readonly string[]> {
    return this.nic.resolve(host);
  }

  checkSettings(settings: StreamSettings): Observable<never> {
    return this.nic.checkSettings(settings);
  }

  openDatagram(local: Endpoint): Observable<DatagramLink> {
    return this.nic.openDatagram(local);
  }

  listen(local: Endpoint): Observable<Listener> {
    return this.nic.listen(local);
  }

  private watched(link: StreamLink): StreamLink {
    const { spare } = this.options;
    return {
      ...(link.id !== undefined && { id: link.id }),
      get remote() {
        return link.remote;
      },
      get maxSend() {
        return link.maxSend;
      },
      get pieceSize() {
        return link.pieceSize ?? link.maxSend;
      },
      halfCloses: link.halfCloses ?? false,
      receive: (room$) =>
        link.receive(
          room$.pipe(
            map((room) => Math.max(0, room - spare)),
            distinctUntilChanged(),
          ),
        ),
      send: (bytes) => link.send(bytes).pipe(tap({ complete: () => (this.sent += bytes.length) })),
      configure: (settings) => link.configure(settings),
      close: (options) => link.close(options),
    };
  }
}
