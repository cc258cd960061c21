import {
  catchError,
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  noop,
  Subject,
  takeUntil,
  tap,
} from 'rxjs';

import type { Endpoint, Listener } from '../../usocket/contract/nic';
import type { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { type Exchange, usualDeadline } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import type { Settlement } from '../executor/turn';
import type { LineReference } from '../line/lineReference';
import { askForLinks, type LinkList } from '../links/exchanges/linkList';
import type { LinkTable } from '../links/linkTable';
import type { ModemStreamLink } from '../links/streamLink';

/** Asks for the links that the modem has. */
const listExchange: Exchange<LinkList> = {
  shown: common.status.shown,
  deadline: usualDeadline,
  converse: askForLinks,
};

/** What a {@link ModemListener} needs of its modem. */
export interface ListenerOptions {
  readonly links: LinkTable;
  readonly executor: Executor;
  readonly reference: LineReference;
  /** Cold. Makes the modem listen no more. */
  readonly stop: () => Observable<never>;
}

/** The listening port of the modem, until it is closed. */
export class ModemListener implements Listener {
  readonly connections$: Observable<ModemStreamLink>;
  /** Clients that have come before {@link connections$} has a subscriber. */
  private early: readonly ModemStreamLink[] = [];
  private readonly closing = new Subject<void>();
  private readonly losing = new Subject<never>();

  private readonly links: LinkTable;
  private endNeed = noop;
  private isOver = false;

  constructor(
    readonly local: Endpoint,
    private readonly options: ListenerOptions,
  ) {
    const { links, executor } = options;
    this.links = links;
    this.ref(true);
    this.connections$ = merge(
      merge(
        links.arrivals$,
        defer(() => this.takeEarly()),
      ).pipe(mergeMap((link) => this.identify(link, executor))),
      // Polls while no client comes, because nothing else would notice that the modem is gone.
      links.polling(),
      this.losing,
    ).pipe(takeUntil(this.closing));
  }

  /**
   * Keeps clients that come while the port is being opened. A client may be quicker than the answer to the last
   * command.
   */
  keepEarly(): Observable<never> {
    return this.links.arrivals$.pipe(
      tap((link) => (this.early = [...this.early, link])),
      ignoreElements(),
    );
  }

  refuseEarly(): Observable<never> {
    return merge(...this.takeEarly().map((link) => link.close()));
  }

  ref(isReferenced: boolean): void {
    this.endNeed();
    this.endNeed = isReferenced && !this.isOver ? this.options.reference.need() : noop;
  }

  /** The modem listens no more. */
  end(): void {
    this.isOver = true;
    this.endNeed();
  }

  lose(error: OSError): void {
    this.end();
    this.losing.error(error);
  }

  close(): Observable<never> {
    return concat(
      this.options.stop(),
      defer(() => {
        this.closing.next();
        return EMPTY;
      }),
    );
  }

  private takeEarly(): readonly ModemStreamLink[] {
    const links = this.early;
    this.early = [];
    return links;
  }

  /** Asks for the client's address, because `CONNECT` does not contain it. */
  private identify(link: ModemStreamLink, executor: Executor): Observable<ModemStreamLink> {
    const settled = ({ isAwaited }: Settlement<unknown>) => {
      // The connection has no owner yet, and will not have one.
      if (!isAwaited) this.links.cleanUp(link.close());
    };
    return executor.run(listExchange, settled).pipe(
      map(({ links }) => {
        const listed = links.find(({ id }) => id === link.id);
        if (listed) link.remote = listed.remote;
        return link;
      }),
      // The client may have left again. The bytes that it has sent can still be read.
      catchError(() => of(link)),
      filter(({ life }) => !life.failure),
    );
  }
}
