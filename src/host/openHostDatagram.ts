import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { fromEvent, map, merge, mergeMap, Observable, Subject, takeUntil, throwError } from 'rxjs';

import { asBuffer, runOnce } from '../streams';
import { systemError } from '../system/systemError';
import type { Datagram, DatagramLink, OpenDatagramOptions, Endpoint } from '../usocket/contract/nic';
import { handOver } from './handOver';
import type { OpenLinks } from './openLinks';

/** Cold: binds a UDP port, emits its link and completes. Unsubscribing before that closes the port. */
export function openHostDatagram(
  { address, port }: Endpoint,
  { reuseAddress = false }: OpenDatagramOptions,
  links: OpenLinks,
): Observable<DatagramLink> {
  return handOver((opened, failed) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: reuseAddress });
    socket.once('error', (cause) => failed(systemError(`bind ${address}:${port}`, 'bind', cause)));
    socket.bind({ address, port }, () => opened(links.add(new HostDatagramLink(socket, links), socket)));
    return () => socket.close();
  });
}

/** A bound datagram socket of Node.js as a {@link DatagramLink}. */
class HostDatagramLink implements DatagramLink {
  readonly local: Endpoint;
  readonly datagrams$: Observable<Datagram>;

  private readonly closing = new Subject<void>();
  private readonly closed$: Observable<never>;

  constructor(
    private readonly socket: Socket,
    private readonly links: OpenLinks,
  ) {
    const { address, port } = socket.address();
    this.local = { address, port };
    // Without a listener, an 'error' event ends the process.
    socket.on('error', () => undefined);
    const failed$ = fromEvent(socket, 'error').pipe(
      mergeMap((cause) => throwError(() => systemError(`receive on port ${port}`, 'recv', cause as Error))),
    );
    const received$ = fromEvent(socket, 'message', (data: Buffer, from: RemoteInfo) => ({ data, from })).pipe(
      map(({ data, from }) => ({ data, remote: { address: from.address, port: from.port } })),
    );
    this.datagrams$ = merge(received$, failed$, links.closed$).pipe(takeUntil(this.closing));
    this.closed$ = new Observable<never>((subscriber) => {
      this.closing.next();
      socket.close(() => subscriber.complete());
    }).pipe(runOnce());
  }

  send(data: Uint8Array, { address, port }: Endpoint): Observable<never> {
    return new Observable<never>((subscriber) => {
      this.socket.send(asBuffer(data), port, address, (cause) => {
        if (cause) subscriber.error(systemError(`send to ${address}:${port}`, 'sendto', cause));
        else subscriber.complete();
      });
    }).pipe(takeUntil(this.links.closed$));
  }

  ref(isReferenced: boolean): void {
    if (isReferenced) this.socket.ref();
    else this.socket.unref();
  }

  allowBroadcast(allowed: boolean): Observable<never> {
    return this.setting(() => this.socket.setBroadcast(allowed));
  }

  join(group: string, isMember: boolean): Observable<never> {
    return this.setting(() => (isMember ? this.socket.addMembership(group) : this.socket.dropMembership(group)));
  }

  close(): Observable<never> {
    return this.closed$;
  }

  private setting(set: () => unknown): Observable<never> {
    return new Observable((subscriber) => {
      try {
        set();
      } catch (cause) {
        throw systemError('change a setting of the socket', 'setsockopt', cause as Error);
      }
      subscriber.complete();
    });
  }
}
