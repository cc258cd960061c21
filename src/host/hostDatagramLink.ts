import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { fromEvent, map, merge, mergeMap, Observable, Subject, takeUntil, throwError } from 'rxjs';

import { asBuffer, runOnce } from '../streams';
import type { Datagram, DatagramLink, OpenDatagramOptions, Endpoint } from '../usocket/contract/nic';
import { hostError } from './hostError';
import type { OpenLinks } from './openLinks';

/** Cold: opens a port, emits its link and completes; unsubscribing before that gives the port up. */
export function openHostDatagram(
  { address, port }: Endpoint,
  { reuseAddress = false }: OpenDatagramOptions,
  links: OpenLinks,
): Observable<DatagramLink> {
  return new Observable((subscriber) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: reuseAddress });
    let ours = true;
    socket.once('error', (cause) => subscriber.error(hostError(`bind ${address}:${port}`, 'bind', cause)));
    socket.bind({ address, port }, () => {
      ours = false;
      subscriber.next(links.add(new HostDatagramLink(socket, links), socket));
      subscriber.complete();
    });
    return () => {
      if (ours) socket.close();
    };
  });
}

/** A bound Node datagram socket as a {@link DatagramLink}. */
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
    // An 'error' event that nobody hears would end the process.
    socket.on('error', () => undefined);
    const failed$ = fromEvent(socket, 'error').pipe(
      mergeMap((cause) => throwError(() => hostError(`receive on port ${port}`, 'recv', cause as Error))),
    );
    const received$ = fromEvent(socket, 'message', (data: Buffer, from: RemoteInfo) => ({ data, from })).pipe(
      map(({ data, from }) => ({ data, remote: { address: from.address, port: from.port } })),
    );
    this.datagrams$ = merge(received$, failed$, links.lost$).pipe(takeUntil(this.closing));
    this.closed$ = new Observable<never>((subscriber) => {
      this.closing.next();
      socket.close(() => subscriber.complete());
    }).pipe(runOnce());
  }

  send(data: Uint8Array, { address, port }: Endpoint): Observable<never> {
    return new Observable<never>((subscriber) => {
      this.socket.send(asBuffer(data), port, address, (cause) => {
        if (cause) subscriber.error(hostError(`send to ${address}:${port}`, 'sendto', cause));
        else subscriber.complete();
      });
    }).pipe(takeUntil(this.links.lost$));
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
        throw hostError('change a setting of the socket', 'setsockopt', cause as Error);
      }
      subscriber.complete();
    });
  }
}
