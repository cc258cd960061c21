import {
  defer,
  EMPTY,
  endWith,
  map,
  of,
  type Observable,
  retry,
  type SchedulerLike,
  asyncScheduler,
  tap,
  throwError,
  timer,
  catchError,
} from 'rxjs';

import type { Uart } from '../streams';
import type { DatagramLink, Endpoint, Listener, Nic, StreamLink, StreamOptions, StreamSettings } from '../usocket/nic';
import { OSError } from '../usocket/osError';
import { catalogueOf, common } from './commands/catalogue';
import { commandError } from './executor/commandError';
import { simpleExchange } from './executor/exchange';
import { longestSend } from './links/numberedLink';
import { checkSettings } from './links/settings';
import { Modem, type ModemOptions } from './modem';
import type { Status } from './status';
import type { TraceEvent } from './trace/traceEvent';
import { accessPoint } from './wifi/accessPoint';
import { ifconfig, type InterfaceConfig } from './wifi/ifconfig';
import { join } from './wifi/join';
import { ping } from './wifi/ping';
import { resolve } from './wifi/resolve';
import { scan } from './wifi/scan';

/** Milliseconds. */
const leaveDeadline = 5_000;
/** A lost network is joined again this often, the first time after so many milliseconds, then after twice as many. */
const rejoin = { count: 5, firstPause: 1_000 };

/**
 * The ESP8285 (or ESP8266) as a network interface, in observables. When the modem starts again by itself, its connections
 * are lost; the interface sets it up and joins the network again, and `status$` tells. The methods without `$` are in
 * {@link ESP8285}.
 */
export class ESP8285Streams implements Nic {
  readonly name = 'esp8285';
  readonly maxDatagram = longestSend;
  /** How the interface is doing; replays the current state. */
  readonly status$: Observable<Status>;
  /**
   * Everything that goes over the line, both ways, with keys and payloads left out. Hot: subscribe before
   * {@link start$} to see the set-up. Costs next to nothing while nobody is subscribed; completes with the line.
   */
  readonly trace$: Observable<TraceEvent>;

  private readonly modem: Modem;
  private readonly scheduler: SchedulerLike;
  /** Joins the network again; an Observable, so that the key shows in no inspection of the interface. */
  private joinedLast$: Observable<void> | undefined;

  constructor(uart: Uart, options: ModemOptions = {}) {
    this.scheduler = options.scheduler ?? asyncScheduler;
    this.modem = new Modem(uart, options);
    this.status$ = this.modem.status$;
    this.trace$ = this.modem.trace$;
  }

  /**
   * Takes the modem in whatever state it is in, sets it up, and emits once when it is ready. From then on it is listened
   * to until {@link close$}.
   *
   * Errors: `ENODEV`, `EACCES`, `EBUSY` for the port; `EIO` when the modem is silent, `EPROTO` when what it says makes
   * no sense (the baud rate, most likely).
   */
  start$(): Observable<void> {
    return defer(() => {
      this.modem.start(this.joinAgain());
      return this.modem.whenUp(() => of(undefined));
    });
  }

  /** Gives up an interface that did not start: the line is free for another one. */
  protected letGo(): void {
    this.modem.letGo();
  }

  /**
   * Joins a network and emits once the modem has an address.
   *
   * Errors: `EACCES` wrong key, `ENOENT` no such network, `ETIMEDOUT`, `ECONNREFUSED`, `EINVAL`; see {@link join}.
   */
  connect$(ssid: string, key = ''): Observable<void> {
    return this.modem
      .whenUp((dialect) => join(this.modem.executor, catalogueOf(dialect), ssid, key))
      .pipe(
        tap(() => {
          this.joinedLast$ = defer(() => this.connect$(ssid, key));
          this.modem.setWifi('up');
        }),
      );
  }

  /** Leaves the network. Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses. */
  disconnect$(): Observable<void> {
    return this.modem
      .whenUp(() => this.modem.executor.run(simpleExchange(common.leave, leaveDeadline)))
      .pipe(
        map(() => {
          this.joinedLast$ = undefined;
          this.modem.setWifi('down');
        }),
        catchError((cause: unknown) => throwError(() => commandError('disconnect', cause))),
      );
  }

  /** See {@link ifconfig}: the modem's addresses and its access point. */
  ifconfig$(): Observable<InterfaceConfig> {
    return this.modem.whenUp((dialect) => ifconfig(this.modem.executor, catalogueOf(dialect)));
  }

  /** See {@link scan}: the networks in reach, as the modem describes them. */
  scan$(): Observable<readonly string[]> {
    return this.modem.whenUp(() => scan(this.modem.executor));
  }

  /** Signal strength of the access point, in dBm. Errors: `ENOTCONN` when the modem has joined none. */
  rssi$(): Observable<number> {
    return this.modem.whenUp((dialect) =>
      accessPoint(this.modem.executor, catalogueOf(dialect)).pipe(
        map((joined) => {
          if (joined) return joined.rssi;
          throw new OSError('ENOTCONN', 'rssi', 'rssi: the modem has joined no network; call nic.connect(ssid, key)');
        }),
        catchError((cause: unknown) => throwError(() => commandError('rssi', cause))),
      ),
    );
  }

  /** See {@link ping}: how long a host's answer took, in milliseconds. */
  ping$(host: string): Observable<number> {
    return this.modem.whenUp(() => defer(() => ping(this.modem.executor, host)));
  }

  /** The firmware's version, `'1.7.4.0'`; `'unknown'` when it does not say. */
  version$(): Observable<string> {
    return this.modem.whenUp(({ version }) => of(version));
  }

  /** Ends all connections, and closes the serial line. */
  close$(): Observable<void> {
    return this.modem.close().pipe(endWith(undefined));
  }

  /** Whether the modem is on a network, with an address. */
  isconnected(): boolean {
    return this.modem.hasAddress;
  }

  resolve(host: string): Observable<readonly string[]> {
    return this.modem.whenUp(() => resolve(this.modem.executor, host, () => this.modem.hasAddress));
  }

  openStream(remote: Endpoint, options?: StreamOptions): Observable<StreamLink> {
    return this.modem.whenUp(() => this.modem.links.open(remote, options));
  }

  checkSettings(settings: StreamSettings): Observable<never> {
    return this.modem.whenUp((dialect) => checkSettings(dialect, settings));
  }

  openDatagram(local: Endpoint): Observable<DatagramLink> {
    return this.modem.whenUp(() => this.modem.links.openDatagram(local));
  }

  listen(local: Endpoint): Observable<Listener> {
    return this.modem.whenUp(() => this.modem.server.listen(local));
  }

  private joinAgain(): Observable<unknown> {
    return defer(() => (this.joinedLast$ && !this.modem.hasAddress ? this.joinedLast$ : EMPTY)).pipe(
      retry({
        count: rejoin.count,
        delay: (_error, times) => timer(rejoin.firstPause * 2 ** (times - 1), this.scheduler),
      }),
      catchError(() => EMPTY),
    );
  }
}
