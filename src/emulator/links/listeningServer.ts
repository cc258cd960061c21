import { EMPTY, Observable, startWith, Subject, Subscription, switchMap, takeUntil, timer } from 'rxjs';

import type { Platform } from '../firmware/platform';
import type { Connection } from '../network/network';
import type { VirtualLink } from './virtualLink';
import type { VirtualLinks } from './virtualLinks';

/** The modem's one listening port. */
export class ListeningServer {
  private listening: { port: number; localPort: number } | undefined;
  private readonly idleTimeout$ = new Subject<void>();
  private subscription = new Subscription();

  constructor(
    private readonly platform: Platform,
    private readonly links: VirtualLinks,
  ) {}

  /** The port that the host asked for, and the one of this machine that stands in for it. */
  get state(): { readonly port: number; readonly localPort: number } | undefined {
    return this.listening;
  }

  get clients(): readonly VirtualLink[] {
    return this.links.open.filter(({ server }) => server);
  }

  /** Starts listening, and completes once clients can connect. Errors with a NetworkError. */
  start(port: number): Observable<never> {
    const { network, ports } = this.platform.options;
    return new Observable((subscriber) => {
      this.subscription = new Subscription();
      const listener$ = network.listen(ports[port] ?? port);
      const clients$ = listener$.pipe(
        switchMap(({ localPort, connections$ }) => {
          this.listening = { port, localPort };
          this.platform.report.tell('server', `listens on port ${port}, which is 127.0.0.1:${localPort}`);
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

  /** Stops listening. Clients stay connected. */
  stop(): void {
    if (this.listening !== undefined) this.platform.report.tell('server', 'no longer listens');
    this.subscription.unsubscribe();
    this.listening = undefined;
  }

  /** Applies a new `CIPSTO` to the clients that are connected. */
  restartTimers(): void {
    this.idleTimeout$.next();
  }

  private accept(connection: Connection): void {
    const full = this.clients.length >= this.platform.memory.settings.maxConnections;
    const link = full ? undefined : this.links.accept(connection);
    if (link !== undefined) {
      this.closeWhenIdle(link);
      return;
    }
    // The host is not told.
    this.platform.report.tell('server', 'one client too many is turned away');
    connection.end();
  }

  private closeWhenIdle(link: VirtualLink): void {
    const { memory, scheduler } = this.platform;
    const idle$ = this.idleTimeout$.pipe(
      startWith(undefined),
      switchMap(() => link.activity$.pipe(startWith(undefined))),
      switchMap(() => {
        const seconds = memory.settings.idleTimeout;
        return seconds === 0 ? EMPTY : timer(seconds * 1000, scheduler);
      }),
      takeUntil(link.gone$),
    );
    // It ends with the link, even if the server has been stopped before.
    idle$.subscribe({ next: () => this.links.finish(link), error: () => undefined });
  }
}
