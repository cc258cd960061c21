import { Observable } from 'rxjs';

import type { Internet } from '../network/internet';
import type { DatagramPort, Endpoint } from '../network/network';
import { DatagramInbox } from './datagramInbox';
import { type Distance, type LinkIdentity, VirtualLink } from './virtualLink';

/** When a UDP link changes its peer: 0 never, 1 to the first other sender, 2 to every sender. */
export type UdpMode = 0 | 1 | 2;

export interface UdpLinkOptions {
  readonly internet: Internet;
  readonly mode: UdpMode;
  /** The port as the host knows it, not the one of this machine that stands in for it. */
  readonly localPort: number;
  /** The receive window, in bytes. */
  readonly window: number;
}

/** A UDP link over a port of the network. */
export class UdpLink extends VirtualLink {
  readonly inbox: DatagramInbox;
  readonly unsent = 0;
  readonly localPort: number;
  remote: Endpoint;
  private changes = 0;
  /** The senders as the host knows them, by the real source of their datagrams. */
  private readonly senders = new Map<string, Endpoint>();

  constructor(
    identity: LinkIdentity,
    private readonly port: DatagramPort,
    private readonly options: UdpLinkOptions,
    distance: Distance,
  ) {
    super(identity, distance);
    this.remote = identity.remote;
    this.localPort = options.localPort;
    this.inbox = new DatagramInbox(options.window);
  }

  start(changed: () => void): void {
    this.subscriptions.add(
      this.port.datagrams$.subscribe({
        next: ({ bytes, from }) => {
          const sender = this.senders.get(`${from.address}:${from.port}`) ?? from;
          this.incoming.push(() => {
            this.inbox.receive({ bytes, from: sender });
            this.traffic.received += bytes.length;
            this.follow(sender);
            this.touch();
            changed();
          });
        },
        error: () => undefined,
      }),
    );
  }

  send(bytes: Buffer, to: Endpoint = this.remote): Observable<never> {
    return new Observable((subscriber) => {
      const route = this.options.internet.route(to, 'udp');
      this.traffic.sent += bytes.length;
      // The sender of a datagram does not learn that the port is closed.
      if (typeof route !== 'string' && route.port !== 0) {
        this.senders.set(`${route.address}:${route.port}`, to);
        this.outgoing.push(() => this.incoming.keepBack(() => this.port.send(bytes, route)));
        this.touch();
      }
      subscriber.complete();
    });
  }

  close(): void {
    this.outgoing.flush();
    this.stop();
    this.port.close();
  }

  private follow(sender: Endpoint): void {
    if (sender.address === this.remote.address && sender.port === this.remote.port) return;
    const { mode } = this.options;
    if (mode === 2 || (mode === 1 && this.changes === 0)) this.remote = sender;
    this.changes++;
  }
}
