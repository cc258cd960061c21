import { EMPTY, Observable, Subject, Subscription, startWith, switchMap, takeUntil, timer } from 'rxjs';

import type { Core } from '../firmware/platform';
import type { Link } from './virtualLink';
import type { Links } from './virtualLinks';
import type { Connection } from '../network/network';

/** The modem's one listening port. */
export class ListeningServer {
  private listening: { port: number; localPort: number } | undefined;
  private readonly idleTimeout$ = new Subject<void>();
  private subscription = new Subscription();

  constructor(
    private readonly core: Core,
    private readonly links: Links,
  ) {}

  /** The port that the host asked for, and the one of this machine that stands in for it. */
  get state(): { readonly port: number; readonly localPort: number } | undefined {
    return this.listening;
  }

  get clients(): readonly Link[] {
    return this.links.open.filter(({ server }) => server);
  }

  /** Starts listening, and completes once clients can come. Errors with a NetworkError. */
  start(port: number): Observable<never> {
    const { network, ports } = this.core.options;
    return new Observable((subscriber) => {
      this.subscription = new Subscription();
      const listener$ = network.listen(ports[port] ?? port);
      const clients$ = listener$.pipe(
        switchMap(({ localPort, connections$ }) => {
          this.listening = { port, localPort };
          this.core.report.tell('server', `listens on port ${port}, which is 127.0.0.1:${localPort}`);
          subscriber.complete();
          return connections$;
        }),
      );
      this.subscription.add(
        clients$.subscribe({
          next: (connection) => this.accept(connection),
          error: (error: unknown) => subscriber.error(error),
        }),
      );
    });
  }

  /** Stops listening; clients stay. */
  stop(): void {
    if (this.listening !== undefined) this.core.report.tell('server', 'listens no more');
    this.subscription.unsubscribe();
    this.listening = undefined;
  }

  /** Makes open clients go by a new `CIPSTO`. */
  restartTimers(): void {
    this.idleTimeout$.next();
  }

  private accept(connection: Connection): void {
    const full = this.clients.length >= this.core.memory.settings.maxConnections;
    const link = full ? undefined : this.links.accept(connection);
    // One too many is turned away, and the host hears nothing of it.
    if (link === undefined) {
      this.core.report.tell('server', 'one client too many is turned away');
      connection.end();
    } else this.watch(link);
  }

  private watch(link: Link): void {
    const { memory, scheduler } = this.core;
    const idle$ = this.idleTimeout$.pipe(
      startWith(undefined),
      switchMap(() => link.activity$.pipe(startWith(undefined))),
      switchMap(() => {
        const seconds = memory.settings.idleTimeout;
        return seconds === 0 ? EMPTY : timer(seconds * 1000, scheduler);
      }),
      takeUntil(link.gone$),
    );
    // Ends with the link, whatever becomes of the server.
    idle$.subscribe({ next: () => this.links.finish(link), error: () => undefined });
  }
}
