import {
  config,
  finalize,
  interval,
  merge,
  Observable,
  Subject,
  type Subscription,
  take,
  VirtualTimeScheduler,
} from 'rxjs';

import type { EmulatorState, FirmwareVersion } from '../../../src/emulator';
import type { Status } from '../../../src/esp8285';
import { type VirtualModem, virtualModem } from '../../../src/testing';
import { OSError } from '../../../src/usocket/contract/osError';
import { answerers, peers } from './peers';

/** How something ended. */
export interface Ending {
  /** `'ok'`, the code of an `OSError`, or the error itself where it is none. */
  readonly how: unknown;
  /** Milliseconds of virtual time. */
  readonly at: number;
}

/** Milliseconds of virtual time between two looks at whether something has ended. */
const step = 250;

/** A modem with realistic latencies on a line of 115200 baud, an interface on it, and peers: all in virtual time. */
export class World {
  readonly scheduler = new VirtualTimeScheduler(undefined, 0);
  readonly modem: VirtualModem;
  /** Each state of the interface. */
  readonly statuses: Status[] = [];
  /** What nobody has caught. */
  readonly unhandled: unknown[] = [];
  /** What the line brings besides what the modem says. */
  private readonly noise = new Subject<Uint8Array>();
  /** What the peers, and the operation, have had. */
  readonly sunk: Buffer[] = [];
  readonly received: Buffer[] = [];
  /** Throws unless what was delivered is right. */
  check: (isWhole: boolean, mayFlip: number) => void = () => undefined;
  private flooding: Subscription | undefined;
  private listening = 0;

  constructor(firmware: FirmwareVersion, seed = 1) {
    const { scheduler } = this;
    config.onUnhandledError = (error) => this.unhandled.push(error);
    this.modem = virtualModem({
      scheduler,
      firmware,
      seed,
      baud: 115_200,
      latency: 1,
      interleave: 0.25,
      hosts: peers(scheduler, this.sunk),
      datagrams: answerers(scheduler),
      interface: { longestQuiet: 10_000 },
      line: (uart) => ({
        rx$: new Observable((subscriber) => {
          this.listening++;
          return merge(uart.rx$, this.noise)
            .pipe(finalize(() => this.listening--))
            .subscribe(subscriber);
        }),
        readiness$: uart.readiness$,
        write: (bytes) => uart.write(bytes),
        close: () => uart.close(),
      }),
    });
    this.modem.nic.status$.subscribe((status) => this.statuses.push(status));
  }

  get state(): EmulatorState {
    return this.modem.emulator.state;
  }

  /** Timers that have not struck and have not been given up. */
  get timers(): number {
    return this.scheduler.actions.filter(({ closed }) => !closed).length;
  }

  /** Who listens to the serial line. */
  get listeners(): number {
    return this.listening;
  }

  /** Begins something, and tells once it has ended. */
  begin(operation$: Observable<unknown>): { ending?: Ending; readonly running: Subscription } {
    const begun: { ending?: Ending; running?: Subscription } = {};
    const end = (how: unknown) => {
      begun.ending ??= { how, at: this.scheduler.now() };
    };
    const running = operation$.subscribe({
      error: (error: unknown) => {
        end(error instanceof OSError ? error.code : error);
      },
      complete: () => {
        end('ok');
      },
    });
    return Object.assign(begun, { running });
  }

  /** Runs something to its end, and for as long at most. */
  run(operation$: Observable<unknown>, milliseconds: number): Ending | undefined {
    const begun = this.begin(operation$);
    this.pass(milliseconds, () => begun.ending !== undefined);
    begun.running.unsubscribe();
    return begun.ending;
  }

  /** Noise for so many milliseconds: zeros, and now and then a line of them. */
  flood(milliseconds: number): void {
    this.flooding = interval(5, this.scheduler)
      .pipe(take(milliseconds / 5))
      .subscribe((time) => {
        this.noise.next(Buffer.from(time % 40 === 0 ? '\0\0\r\n' : '\0\0\0\0'));
      });
  }

  /** Ends what the outside world does. */
  end(): void {
    this.flooding?.unsubscribe();
  }

  /** Lets time go by, until something is so. */
  pass(milliseconds: number, isOver: () => boolean = () => false): void {
    const { scheduler } = this;
    for (const end = scheduler.now() + milliseconds; scheduler.now() < end && !isOver();) {
      scheduler.maxFrames = Math.min(end, scheduler.now() + step);
      scheduler.schedule(() => undefined, scheduler.maxFrames - scheduler.now());
      scheduler.flush();
    }
  }
}
