import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  map,
  merge,
  type Observable,
  take,
  throwError,
} from 'rxjs';

import type { Endpoint, Listener } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { ifRefused, Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { lineError } from '../line/lineError';
import { ModemListener } from './listener';
import type { Opener, OpenerOptions } from './opener';
import { checkOwnAddress } from './ownAddress';

/** The modem's one listening port. After a restart of the modem, it listens again. */
export class ServerPort implements Opener<Listener> {
  private listening: ModemListener | undefined;

  constructor(
    private readonly options: OpenerOptions,
    /**
     * The modem closes a connection of a client after this many seconds without data in either direction; 0 for never.
     */
    private readonly idleSeconds: number,
  ) {}

  /**
   * Listens: see {@link Nic.listen}. The modem listens on all its addresses, and on one port at a time.
   *
   * Errors: `EADDRINUSE` when it listens already, `EADDRNOTAVAIL` for an address that it does not have, `EINVAL` for port
   * 0, because the modem cannot choose a port.
   */
  open({ address, port }: Endpoint): Observable<Listener> {
    const { executor, links } = this.options;
    return defer(() => {
      const what = `listen on ${address}:${port}`;
      if (port === 0) throw new OSError('EINVAL', 'listen', `${what}: the modem cannot choose a port; name one`);
      if (this.listening) {
        const other = String(this.listening.local.port);
        throw new OSError('EADDRINUSE', 'listen', `${what}: the modem has one listening port, and it is ${other} now`);
      }
      const listener: ModemListener = new ModemListener(
        { address, port },
        { ...this.options, stop: () => this.stop(listener) },
      );
      this.listening = listener;
      let isOpen = false;
      const opened$ = concat(
        checkOwnAddress(executor, listener.local, 'listen'),
        this.takeAllClients(),
        this.startServer(port),
      );
      return merge(listener.keepEarly(), opened$).pipe(
        take(1),
        map(() => {
          isOpen = true;
          return listener;
        }),
        withCommandError('listen'),
        finalize(() => {
          if (!isOpen) links.cleanUp(merge(this.stop(listener), listener.refuseEarly()));
        }),
      );
    });
  }

  /** Listens again after a restart. If the modem refuses, the listener fails. */
  resume(): Observable<unknown> {
    return defer(() => (this.listening ? this.startServer(this.listening.local.port) : EMPTY)).pipe(
      withCommandError('accept'),
      catchError((error: unknown) => {
        this.lose(lineError(error));
        return EMPTY;
      }),
    );
  }

  /** The modem does not answer any more, or is gone, so the listener fails. */
  lose(error: OSError): void {
    this.listening?.lose(error);
    this.listening = undefined;
  }

  /** An earlier program may have limited the modem to fewer clients. */
  private takeAllClients(): Observable<never> {
    return this.options.executor.ask(common.mostClients).pipe(ifRefused(EMPTY), ignoreElements());
  }

  private startServer(port: number): Observable<unknown> {
    return this.options.executor.ask(common.server(port)).pipe(
      catchError((cause: unknown) => throwError(() => withAdvice(cause, port))),
      // By default, the modem closes a connection that is quiet for three minutes.
      concatMap(() => this.options.executor.ask(common.idleTimeout(this.idleSeconds))),
    );
  }

  private stop(listener: ModemListener): Observable<never> {
    return defer(() => {
      listener.end();
      if (this.listening !== listener) return EMPTY;
      this.listening = undefined;
      return this.options.executor.ask(common.noServer).pipe(
        ignoreElements(),
        catchError(() => EMPTY),
      );
    });
  }
}

/** Adds advice, because a modem gives no reason. */
function withAdvice(cause: unknown, port: number): unknown {
  if (!(cause instanceof Refusal) || cause.hint) return cause;
  const message = `the modem cannot listen on port ${port}; try another port, or nic.reset() (${cause.message})`;
  return new Refusal(cause.shown, cause.result, cause.lines, message);
}
