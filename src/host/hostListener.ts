import { createServer, type Server, type Socket } from 'node:net';
import { fromEvent, map, merge, Observable, Subject, takeUntil } from 'rxjs';

import { runOnce } from '../streams';
import type { Endpoint, Listener, ListenOptions, StreamLink } from '../usocket/contract/nic';
import { hostError } from './hostError';
import type { OpenLinks } from './openLinks';

/** Makes the link of a connection that has come. */
type Adopt = (socket: Socket) => StreamLink;

/** Cold: listens, emits the listener and completes; unsubscribing before that gives the port up. */
export function listenOnHost(
  { address, port }: Endpoint,
  { backlog }: ListenOptions,
  adopt: Adopt,
  links: OpenLinks,
): Observable<Listener> {
  return new Observable((subscriber) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    let ours = true;
    server.once('error', (cause) => subscriber.error(hostError(`listen on ${address}:${port}`, 'listen', cause)));
    server.listen({ host: address, port, ...(backlog !== undefined && { backlog }) }, () => {
      ours = false;
      subscriber.next(links.add(new HostListener(server, adopt, links), server));
      subscriber.complete();
    });
    return () => {
      if (ours) server.close();
    };
  });
}

/** A Node server as a {@link Listener}. */
class HostListener implements Listener {
  readonly local: Endpoint;
  readonly connections$: Observable<StreamLink>;

  private readonly closing = new Subject<void>();
  private readonly closed$: Observable<never>;

  constructor(server: Server, adopt: Adopt, { lost$ }: OpenLinks) {
    const bound = server.address();
    this.local =
      typeof bound === 'object' && bound ? { address: bound.address, port: bound.port } : { address: '', port: 0 };
    server.on('error', () => undefined);
    const connected$ = fromEvent(server, 'connection').pipe(map((socket) => adopt(socket as Socket)));
    this.connections$ = merge(connected$, lost$).pipe(takeUntil(this.closing));
    this.closed$ = new Observable<never>((subscriber) => {
      this.closing.next();
      // Node calls back when the last connection has ended; the port is free at once.
      server.close();
      subscriber.complete();
    }).pipe(runOnce());
  }

  close(): Observable<never> {
    return this.closed$;
  }
}
