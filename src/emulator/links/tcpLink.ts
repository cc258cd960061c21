import { Observable, Subject, throwError } from 'rxjs';

import type { Personality } from '../firmware/personality';
import { type Connection, type Endpoint, NetworkError } from '../network/network';
import { StreamInbox } from './streamInbox';
import { type Distance, type LinkIdentity, VirtualLink } from './virtualLink';

/** A TCP or TLS link over a connection of the network. */
export class TcpLink extends VirtualLink {
  readonly inbox: StreamInbox;
  readonly remote: Endpoint;
  readonly localPort: number;
  unsent = 0;

  constructor(
    identity: LinkIdentity,
    private readonly connection: Connection,
    { segment, window }: Personality,
    distance: Distance,
  ) {
    super(identity, distance);
    this.remote = identity.remote;
    this.localPort = connection.localPort;
    this.inbox = new StreamInbox({
      from: identity.remote,
      segment,
      window,
      flow: (go) => (go ? connection.resume() : connection.pause()),
    });
  }

  start(changed: () => void): void {
    const end = (): void => {
      this.ended = true;
      // The modem ends its side as well, after the bytes that are still on their way to the peer.
      this.outgoing.push(() => {
        this.connection.end();
      });
      changed();
    };
    this.subscriptions.add(
      this.connection.data$.subscribe({
        next: (bytes) => {
          this.inbox.expect(bytes.length);
          this.incoming.push(() => {
            this.inbox.receive(bytes);
            this.traffic.received += bytes.length;
            this.touch();
            changed();
          });
        },
        complete: () => this.incoming.push(end),
        error: () => {
          // After a reset, what the peer had acknowledged may be lost.
          this.acknowledging = false;
          this.incoming.push(end);
        },
      }),
    );
  }

  send(bytes: Buffer): Observable<never> {
    if (this.ended) return throwError(() => new NetworkError('reset', 'the peer has gone'));
    this.touch();
    this.unsent += bytes.length;
    this.traffic.sent += bytes.length;
    const done = new Subject<never>();
    const settle = (tell: () => void): void => {
      this.unsent -= bytes.length;
      tell();
    };
    // Runs whether or not the caller waits. The peer may answer as soon as it has the bytes, so the acknowledgement is
    // put ahead of the answer.
    const arrive = (): void =>
      this.incoming.keepBack(() => {
        this.subscriptions.add(
          this.connection.write(bytes).subscribe({
            error: (error: unknown) => this.incoming.pushAhead(() => settle(() => done.error(error))),
            complete: () => this.incoming.pushAhead(() => settle(() => done.complete())),
          }),
        );
      });
    return new Observable((subscriber) => {
      const waiting = done.subscribe(subscriber);
      this.outgoing.push(arrive);
      return waiting;
    });
  }

  close(abort: boolean): void {
    if (!abort) this.outgoing.flush();
    this.stop();
    if (abort) this.connection.abort();
    else this.connection.end();
  }
}
