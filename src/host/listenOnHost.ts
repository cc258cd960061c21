import { createServer, type Server, type Socket } from 'node:net';
import { fromEvent, map, merge, Observable, Subject, takeUntil } from 'rxjs';

import { runOnce } from '../streams';
import { systemError } from '../system/systemError';
import type { Endpoint, Listener, ListenOptions, StreamLink } from '../usocket/contract/nic';
import { handOver } from './handOver';
import type { OpenLinks } from './openLinks';

/** Makes the link of a connection. */
type Adopt = (remote: Endpoint, socket: Socket) => StreamLink;

/** Cold: listens on a TCP port, emits the listener and completes. Unsubscribing before that closes the port. */
export function listenOnHost(
  { address, port }: Endpoint,
  { backlog }: ListenOptions,
  adopt: Adopt,
  links: OpenLinks,
): Observable<Listener> {
  return handOver((opened, failed) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    server.once('error', (cause) => failed(systemError(`listen on ${address}:${port}`, 'listen', cause)));
    server.listen({ host: address, port, ...(backlog !== undefined && { backlog }) }, () => {
      opened(links.add(new HostListener(server, adopt, links), server));
    });
    return () => server.close();
  });
}

/** A server of Node.js as a {@link Listener}. */
class HostListener implements Listener {
  readonly local: Endpoint;
  readonly connections$: Observable<StreamLink>;

  private readonly closing = new Subject<void>();
  private readonly closed$: Observable<never>;

  constructor(
    private readonly server: Server,
    adopt: Adopt,
    links: OpenLinks,
  ) {
    const bound = server.address();
    this.local =
      typeof bound === 'object' && bound ? { address: bound.address, port: bound.port } : { address: '', port: 0 };
    // Without a listener, an 'error' event ends the process.
    server.on('error', () => undefined);
    const connected$ = fromEvent(server, 'connection').pipe(
      map((connection) => {
        const socket = connection as Socket;
        return adopt({ address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }, socket);
      }),
    );
    this.connections$ = merge(connected$, links.closed$).pipe(takeUntil(this.closing));
    this.closed$ = new Observable<never>((subscriber) => {
      this.closing.next();
      // Node.js calls back when the last connection has ended, but the port is free at once.
      server.close();
      subscriber.complete();
    }).pipe(runOnce());
  }

  ref(isReferenced: boolean): void {
    if (isReferenced) this.server.ref();
    else this.server.unref();
  }

  close(): Observable<never> {
    return this.closed$;
  }
}
