import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';

import type { Endpoint, Listener } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { asOSError } from '../executor/asOSError';
import { common } from '../commands/catalogue';
import { ifRefused, Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { type Exchange, simpleExchange, usualDeadline } from '../executor/exchange';
import type { Executor, Settlement } from '../executor/executor';
import type { Link } from './link';
import { askForLinks, type LinkList } from './linkList';
import type { LinkTable } from './linkTable';
import { checkOwnAddress } from '../wifi/identity';

/** Which links the modem has. */
const listExchange: Exchange<LinkList> = {
  shown: common.status.shown,
  deadline: usualDeadline,
  converse: askForLinks,
};

/**
 * The modem's one listening port. It outlives a restart of the modem: what listens listens again.
 */
export class ServerPort {
  private listening: ModemListener | undefined;

  constructor(
    private readonly executor: Executor,
    private readonly links: LinkTable,
    /** Seconds after which the modem closes a connection of a client on which nothing comes or goes; 0 for never. */
    private readonly idleSeconds: number,
  ) {}

  /**
   * See {@link Nic.listen}. The modem listens on all its addresses, and on one port at a time.
   *
   * Errors: `EADDRINUSE` when it listens already, `EADDRNOTAVAIL` for an address that it does not have, `EINVAL` for port
   * 0: it cannot choose one.
   */
  listen({ address, port }: Endpoint): Observable<Listener> {
    return defer(() => {
      const what = `listen on ${address}:${port}`;
      if (port === 0) throw new OSError('EINVAL', 'listen', `${what}: the modem cannot choose a port; name one`);
      if (this.listening) {
        const other = String(this.listening.local.port);
        throw new OSError('EADDRINUSE', 'listen', `${what}: the modem has one listening port, and it is ${other} now`);
      }
      const listener: ModemListener = new ModemListener({ address, port }, this.links, this.executor, () =>
        this.stop(listener),
      );
      this.listening = listener;
      let isOpen = false;
      const opened$ = concat(checkOwnAddress(this.executor, listener.local, 'listen'), this.takeAll(), this.open(port));
      return merge(listener.keepEarly(), opened$).pipe(
        take(1),
        map(() => {
          isOpen = true;
          return listener;
        }),
        withCommandError('listen'),
        finalize(() => {
          if (!isOpen) this.links.cleanUp(merge(this.stop(listener), listener.refuseEarly()));
        }),
      );
    });
  }

  /** Listens again after a restart. Where the modem will not, who waits for a connection is told. */
  resume(): Observable<unknown> {
    return defer(() => (this.listening ? this.open(this.listening.local.port) : EMPTY)).pipe(
      withCommandError('accept'),
      catchError((error: unknown) => {
        this.lose(asOSError(error));
        return EMPTY;
      }),
    );
  }

  /** The modem does not answer any more, or is gone: who waits for a connection is told. */
  lose(error: OSError): void {
    this.listening?.lose(error);
    this.listening = undefined;
  }

  /** A former program may have had the modem take fewer clients. */
  private takeAll(): Observable<never> {
    return this.executor.run(simpleExchange(common.mostClients)).pipe(ifRefused(EMPTY), ignoreElements());
  }

  private open(port: number): Observable<unknown> {
    return this.executor.run(simpleExchange(common.server(port))).pipe(
      catchError((cause: unknown) => throwError(() => withAdvice(cause, port))),
      // By itself the modem closes a connection that is quiet for three minutes.
      concatMap(() => this.executor.run(simpleExchange(common.idleTimeout(this.idleSeconds)))),
    );
  }

  private stop(listener: ModemListener): Observable<never> {
    return defer(() => {
      if (this.listening !== listener) return EMPTY;
      this.listening = undefined;
      return this.executor.run(simpleExchange(common.noServer)).pipe(
        ignoreElements(),
        catchError(() => EMPTY),
      );
    });
  }
}

/** A modem gives no reason; it has one listening port, and five connections. */
function withAdvice(cause: unknown, port: number): unknown {
  if (!(cause instanceof Refusal) || cause.hint) return cause;
  const message = `the modem cannot listen on port ${port}; try another port, or nic.reset() (${cause.message})`;
  return new Refusal(cause.shown, cause.result, cause.lines, message);
}

class ModemListener implements Listener {
  readonly connections$: Observable<Link>;
  /** Clients that have come before anybody reads {@link connections$}. */
  private early: readonly Link[] = [];
  private readonly closing = new Subject<void>();
  private readonly losing = new Subject<never>();

  constructor(
    readonly local: Endpoint,
    private readonly links: LinkTable,
    executor: Executor,
    private readonly stop: () => Observable<never>,
  ) {
    this.connections$ = merge(
      merge(
        links.arrivals$,
        defer(() => this.takeEarly()),
      ).pipe(mergeMap((link) => this.identify(link, executor))),
      // Whether it is still there: nobody else would ask while nobody comes.
      links.asking(),
      this.losing,
    ).pipe(takeUntil(this.closing));
  }

  /** Keeps clients that come while the port is being opened: one may be quicker than the answer to the last command. */
  keepEarly(): Observable<never> {
    return this.links.arrivals$.pipe(
      tap((link) => (this.early = [...this.early, link])),
      ignoreElements(),
    );
  }

  refuseEarly(): Observable<never> {
    return merge(...this.takeEarly().map((link) => link.close()));
  }

  lose(error: OSError): void {
    this.losing.error(error);
  }

  close(): Observable<never> {
    return concat(
      this.stop(),
      defer(() => {
        this.closing.next();
        return EMPTY;
      }),
    );
  }

  private takeEarly(): readonly Link[] {
    const links = this.early;
    this.early = [];
    return links;
  }

  /** `CONNECT` does not say who it is. */
  private identify(link: Link, executor: Executor): Observable<Link> {
    const settled = ({ isAwaited }: Settlement<unknown>) => {
      // Nobody has the connection yet, and nobody will.
      if (!isAwaited) this.links.cleanUp(link.close());
    };
    return executor.run(listExchange, settled).pipe(
      map(({ links }) => {
        const listed = links.find(({ id }) => id === link.id);
        if (listed) link.remote = listed.remote;
        return link;
      }),
      // It may have gone again; what it sent is there all the same.
      catchError(() => of(link)),
      filter(({ isLost }) => !isLost),
    );
  }
}
