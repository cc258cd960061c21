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
import type { ModemOptions, Status } from '../../../src/esp8285';
import { type VirtualModem, virtualModem } from '../../../src/testing';
import { OSError } from '../../../src/usocket/contract/osError';
import { answerers, peers } from './peers';

/** How something ended. */
export interface Ending {
  /** `'ok'`, the code of an `OSError`, or any other error itself. */
  readonly how: unknown;
  /** Milliseconds of virtual time. */
  readonly at: number;
}

/** How received data come. */
export type Receive = NonNullable<ModemOptions['receive']>;

/** All modems, with each way in which the driver receives. Pushed data are those of AT 1.5, and of an adaptive driver. */
export const modems: readonly (readonly [FirmwareVersion, Receive])[] = [
  ['1.5', 'adaptive'],
  ['1.7.4', 'adaptive'],
  ['2.2.2', 'adaptive'],
  ['1.7.4', 'pulled'],
  ['2.2.2', 'pulled'],
];

/** Milliseconds of virtual time between two checks whether something has ended. */
const step = 250;

/** A modem with realistic latencies on a line of 115200 baud, its interface, and peers, all in virtual time. */
export class World {
  readonly scheduler = new VirtualTimeScheduler(undefined, 0);
  readonly modem: VirtualModem;
  /** Every status of the interface so far. */
  readonly statuses: Status[] = [];
  /** Errors that had no observer. */
  readonly unhandled: unknown[] = [];
  /** What the line brings besides the output of the modem. */
  private readonly noise = new Subject<Uint8Array>();
  /** What the sink and the operation have received. */
  readonly sunk: Buffer[] = [];
  readonly received: Buffer[] = [];
  /** Throws if the delivered bytes are wrong. */
  check: (isWhole: boolean, mayFlip: number, mayInsert?: RegExp) => void = () => undefined;
  private flooding: Subscription | undefined;
  private listening = 0;

  constructor(firmware: FirmwareVersion, receive: Receive = 'adaptive', seed = 1) {
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
      interface: { longestQuiet: 10_000, receive },
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

  /** The number of pending timers. */
  get timers(): number {
    return this.scheduler.actions.filter(({ closed }) => !closed).length;
  }

  /** The number of subscribers of the serial line. */
  get listeners(): number {
    return this.listening;
  }

  /** Starts an operation. `ending` is set when it has ended. */
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

  /** Runs an operation to its end, but no longer than `milliseconds` of virtual time. */
  run(operation$: Observable<unknown>, milliseconds: number): Ending | undefined {
    const begun = this.begin(operation$);
    this.pass(milliseconds, () => begun.ending !== undefined);
    begun.running.unsubscribe();
    return begun.ending;
  }

  /** Puts noise on the line for `milliseconds`: zeros, and sometimes a line of them. */
  flood(milliseconds: number): void {
    this.flooding = interval(5, this.scheduler)
      .pipe(take(milliseconds / 5))
      .subscribe((time) => {
        this.noise.next(Buffer.from(time % 40 === 0 ? '\0\0\r\n' : '\0\0\0\0'));
      });
  }

  /** Ends the noise. */
  end(): void {
    this.flooding?.unsubscribe();
  }

  /** Lets virtual time pass until the condition holds, but no longer than `milliseconds`. */
  pass(milliseconds: number, isOver: () => boolean = () => false): void {
    const { scheduler } = this;
    for (const end = scheduler.now() + milliseconds; scheduler.now() < end && !isOver();) {
      scheduler.maxFrames = Math.min(end, scheduler.now() + step);
      scheduler.schedule(() => undefined, scheduler.maxFrames - scheduler.now());
      scheduler.flush();
    }
  }
}
