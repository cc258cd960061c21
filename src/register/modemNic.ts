import debug from 'debug';
import { isMainThread } from 'node:worker_threads';
import {
  catchError,
  concatMap,
  defer,
  finalize,
  from,
  type Observable,
  retry,
  ReplaySubject,
  share,
  tap,
  throwError,
  timer,
} from 'rxjs';

import type { ESP8285 } from '../esp8285';
import { shareOf } from '../node/links/linkShare';
import { ProgramTime } from '../system/programTime';
import { withoutPassword } from '../transports/line/lineName';
import type {
  DatagramLink,
  Endpoint,
  Listener,
  Nic,
  OpenStreamOptions,
  StreamLink,
  StreamSettings,
} from '../usocket/contract/nic';
import { callError, OSError } from '../usocket/contract/osError';
import type { Settings } from './settings';
import { unusable, UnusableModemWarning } from './unusableModem';

const log = debug('rx-usocket:register');

/** Milliseconds after which a modem that nothing needs is given up, so that another process can have it. */
const unneededFor = 2_000;
/** Milliseconds to wait for a modem that another process has, and between two attempts. */
const patience = 30_000;
const nextAttempt = 250;
/** What opening a line that another process has fails with: a serial port, and a serial server. */
const taken = new Set<unknown>(['EBUSY', 'ENODEV']);

/**
 * The modem of the program, as an interface. It is opened when something first needs it, and given up some time after nothing
 * needs it any more, because only one process can have it.
 */
export class ModemNic implements Nic {
  readonly name = 'modem';
  readonly maxDatagram = 2_048;

  private readonly waiting = new ProgramTime();
  private readonly resting = new ProgramTime();
  private readonly warning = new UnusableModemWarning();
  /** Emits the interface that is open or is being opened. */
  private opened$: Observable<ESP8285> | undefined;
  private closed: Promise<unknown> = Promise.resolve();
  private rest: (() => void) | undefined;

  constructor(private readonly settings: Settings) {
    this.resting.unref();
  }

  resolve(host: string): Observable<readonly string[]> {
    return this.use((nic) => nic.resolve(host));
  }

  openStream(remote: Endpoint, options?: OpenStreamOptions): Observable<StreamLink> {
    return this.use((nic) => nic.openStream(remote, options));
  }

  checkSettings(settings: StreamSettings): Observable<never> {
    return this.use((nic) => nic.checkSettings(settings));
  }

  openDatagram(local: Endpoint): Observable<DatagramLink> {
    return this.use((nic) => nic.openDatagram(local));
  }

  listen(local: Endpoint): Observable<Listener> {
    return this.use((nic) => nic.listen(local));
  }

  private use<T>(operation: (nic: ESP8285) => Observable<T>): Observable<T> {
    return defer(() => {
      this.opened$ ??= this.opening();
      return this.opened$.pipe(concatMap(operation));
    });
  }

  /** Every caller gets the same interface. After a failure, the next one tries again. */
  private opening(): Observable<ESP8285> {
    const opening$: Observable<ESP8285> = defer(() => from(this.closed)).pipe(
      concatMap(() => from(this.open())),
      retry({ delay: this.whileTaken() }),
      tap(() => this.warning.reset()),
      catchError((cause: unknown) => {
        const error = unusable(cause);
        this.warning.give(error);
        return throwError(() => error);
      }),
      share({
        connector: () => new ReplaySubject(1),
        resetOnComplete: false,
        resetOnRefCountZero: false,
        resetOnError: () => {
          if (this.opened$ === opening$) this.opened$ = undefined;
          return timer(0, this.waiting);
        },
      }),
    );
    return opening$;
  }

  /** Another process of this program may have the modem. It gives it up when it does not need it. */
  private whileTaken(): (error: unknown) => Observable<unknown> {
    const due = this.waiting.now() + patience;
    let isTold = false;
    return (error) => {
      const mayBeFreed = error instanceof OSError && taken.has(error.code) && error.syscall !== 'register';
      if (
        !mayBeFreed ||
        this.waiting.now() > due ||
        !/another program|closed the line|serial server is lost/.test(error.message)
      ) {
        return throwError(() => error);
      }
      if (!isTold) log('waits until another process gives %s up: %s', this.settings.port, error.message);
      isTold = true;
      return timer(nextAttempt, this.waiting);
    };
  }

  private async open(): Promise<ESP8285> {
    const { port, baud, ssid, key } = this.settings;
    if (port === undefined) {
      const advice = 'set RX_USOCKET_PORT to the line of a modem, such as /dev/ttyUSB0, tcp://host:port or emulator:';
      throw callError('register', 'ENODEV', `no connection leaves this program without a modem; ${advice}`);
    }
    if (Number.isNaN(baud)) {
      throw callError('register', 'EINVAL', 'RX_USOCKET_BAUD is a speed in bits per second, such as 115200, or auto');
    }
    if (!isMainThread) {
      const advice = 'connect in the main thread, and pass the data on with messages';
      throw callError('register', 'EOPNOTSUPP', `a worker thread cannot use the modem of its program; ${advice}`);
    }
    log('opens %s', withoutPassword(port));
    // Only now, because most processes of a tool need no modem.
    const { createModules, machine } = await import('..');
    const uart = new machine.UART(port, baud === 'auto' ? undefined : baud);
    try {
      const nic = await createModules().network.ESP8285(this.watched(uart), baud === 'auto' ? { baud } : {});
      nic.unref();
      if (ssid !== undefined) {
        await nic.connect(ssid, key).catch((cause: unknown) => {
          throw unusable(cause, 'ENETUNREACH');
        });
      }
      return nic;
    } catch (error) {
      await uart.close();
      throw error;
    }
  }

  /** The same line, which tells whether anything needs it. */
  private watched<T extends { readonly ref?: () => void; readonly unref?: () => void }>(uart: T): T {
    return Object.create(uart, {
      ref: {
        value: () => {
          this.rest?.();
          this.rest = undefined;
          uart.ref?.();
        },
      },
      unref: {
        value: () => {
          uart.unref?.();
          if (!this.rest) this.startRest();
        },
      },
    }) as T;
  }

  private startRest(): void {
    this.rest = this.resting.start(() => this.giveUp(), unneededFor);
  }

  private giveUp(): void {
    // Sockets that do not keep the program running may be in use all the same, because something else keeps it running.
    if (!shareOf(this).isIdleFor(unneededFor)) {
      this.startRest();
      return;
    }
    const { opened$ } = this;
    this.rest = undefined;
    this.opened$ = undefined;
    if (!opened$) return;
    log('gives %s up, because nothing needs it', this.settings.port);
    this.closed = new Promise<void>((resolve) => {
      opened$
        .pipe(
          concatMap((nic) => nic.close$()),
          finalize(resolve),
        )
        .subscribe({ error: () => undefined });
    });
  }
}
