import {
  defer,
  EMPTY,
  from,
  noop,
  Observable,
  type SchedulerLike,
  Subject,
  type Subscriber,
  type Subscription,
} from 'rxjs';

import type { LineHint, Uart } from '../../streams';
import { OSError } from '../../usocket/contract/osError';
import type { Command } from '../commands/command';
import type { Expectation } from '../grammar/expectation';
import type { Frame } from '../grammar/frame';
import { lineError } from '../line/lineError';
import { LineSpeed } from '../line/lineSpeed';
import { SharedTimer } from '../time/countdown';
import type { Trace } from '../trace/trace';
import { type ProbeAnswer, LivenessProbe } from './livenessProbe';

const lineEnd = '\r\n';

/** The line to the modem as a conversation sees it: frames come in, commands and bytes go out. */
export class Wire {
  /** The bytes that the frames are made of, to distinguish silence from nonsense. */
  readonly received$: Observable<Uint8Array>;
  /** What the modem says beside the line, if it can; see {@link Uart.hints$}. */
  readonly hints$: Observable<LineHint> | undefined;
  /** Everything that the modem says, since {@link connect}. Hot. Errors when the line is lost, also for late subscribers. */
  readonly heard$: Observable<Frame>;
  /** The same, without the answers to probes in the middle of a conversation. */
  readonly frames$: Observable<Frame>;
  /** Hot. Emits `begins` when something of the conversation is said, and `ends` when the line has taken it. */
  readonly said$: Observable<'begins' | 'ends'>;
  readonly probe: LivenessProbe;
  readonly speed: LineSpeed;
  /** The timer of the conversation's deadlines. */
  readonly timer: SharedTimer;
  /** Whether the firmware says `Recv` when it has taken the bytes of a send; `undefined` until that is known. */
  saysTaken: boolean | undefined;
  /** Whether the firmware may say nothing at all between `Recv` and the result of a send, not even `busy`. */
  isMuteInSends = false;
  /** Whether the firmware may carry out a command later that it has called busy (ESP-AT, issues 731 and 993). */
  carriesOutRefused = false;

  private bytes = 0;
  private bytesAt = -Infinity;
  private repeats = 0;
  private readonly hearing = new Subject<Frame>();
  private readonly saying = new Subject<'begins' | 'ends'>();
  private readonly expectation: { -readonly [Key in keyof Expectation]: Expectation[Key] } = {
    prompt: false,
    reading: undefined,
    numbersLinks: false,
    discards: 0,
  };

  /** @param cut Cold: cuts the bytes of the line into frames. It is given what the conversation expects. */
  constructor(
    private readonly uart: Uart,
    private readonly cut: (expectation: Expectation) => Observable<Frame>,
    /** The clock of the conversation's deadlines and pauses. It stands still while the line is held. */
    readonly clock: SchedulerLike,
    private readonly trace?: Trace,
  ) {
    this.received$ = uart.rx$;
    this.hints$ = uart.hints$;
    this.timer = new SharedTimer(clock);
    this.speed = new LineSpeed(uart, {
      clock,
      write: (bytes) => this.write(bytes),
      changed: (baud) => {
        // The rest of a message would be read at another speed.
        this.expectation.discards++;
        this.note(`the line has ${baud} baud`);
      },
    });
    this.heard$ = this.hearing.asObservable();
    this.probe = new LivenessProbe(this.heard$);
    this.frames$ = this.probe.frames$;
    this.said$ = this.saying.asObservable();
  }

  /** Listens to the line. The owner calls it, and unsubscribes to stop. */
  connect(): Subscription {
    const { trace, hearing } = this;
    const fail = (error: unknown) => {
      hearing.error(error);
      // Last, so that the interface is down when the trace completes.
      trace?.end();
    };
    return this.cut(this.expectation).subscribe({
      next: (frame) => {
        // Before the driver sees the frame, because it may answer at once.
        trace?.heard(frame);
        hearing.next(frame);
      },
      error: fail,
      complete: () => {
        fail(new OSError('ENODEV', 'modem', 'the serial line to the modem was closed'));
      },
    });
  }

  /** Bytes have come, which {@link received$} emits. Told by the owner, because a conversation would subscribe each time. */
  received({ length }: Uint8Array): void {
    this.bytes += length;
    this.bytesAt = this.clock.now();
  }

  /** How many bytes have come so far. */
  get receivedBytes(): number {
    return this.bytes;
  }

  /** When the last of them came, by the {@link clock}. */
  get receivedAt(): number {
    return this.bytesAt;
  }

  /** Cold: writes the command's line and completes. */
  say(command: Command): Observable<never> {
    return this.telling(() => this.lineOf(command));
  }

  /** Cold: writes bytes as they are and completes. */
  write(bytes: Uint8Array): Observable<never> {
    return this.telling(() => {
      this.trace?.wrote(bytes);
      return bytes;
    });
  }

  /**
   * Cold: asks in the middle of a conversation whether the modem is still working. The conversation does not see the
   * answer.
   *
   * @param query A query whose answer names it.
   */
  sendProbe(query: Command): Observable<ProbeAnswer> {
    return this.probe.send(new Observable((subscriber) => this.put(this.lineOf(query), subscriber)));
  }

  /**
   * Whether the modem has been set up. It then numbers its links, and its settings show whether it has started again.
   */
  get isSetUp(): boolean {
    return this.expectation.numbersLinks ?? false;
  }

  set isSetUp(isSetUp: boolean) {
    this.expectation.numbersLinks = isSetUp;
  }

  /**
   * Adds a note to the trace: what the driver does without or waits for, and why. `link` is the number of the link that
   * it concerns.
   */
  note(text: string, link?: number): void {
    this.trace?.noted(text, link);
  }

  /** A command is said again, because the modem has called it busy. */
  repeated(): void {
    if (this.carriesOutRefused) this.repeats++;
  }

  /** How many more answers than commands may come, because of {@link repeated}. From now on, they are counted anew. */
  takeRepeats(): number {
    const { repeats } = this;
    this.repeats = 0;
    return repeats;
  }

  private lineOf(command: Command): Buffer {
    this.trace?.said(command);
    return lineOf(command);
  }

  private telling(bytes: () => Uint8Array): Observable<never> {
    return new Observable((subscriber) => {
      this.probe.overtaken();
      this.saying.next('begins');
      return this.put(bytes(), subscriber, () => this.saying.next('ends'));
    });
  }

  private put(bytes: Uint8Array, subscriber: Subscriber<never>, taken: () => void = noop): Subscription {
    this.trace?.bytes.carried('host', bytes);
    return from(this.uart.write$?.(bytes) ?? this.uart.write(bytes)).subscribe({
      // When a line is lost, a write may be the first to fail.
      error: (error: unknown) => subscriber.error(lineError(error)),
      complete: () => {
        taken();
        subscriber.complete();
      },
    });
  }

  /** Cold: discards the unfinished message of the modem, because its end will not come, and completes. */
  discardUnfinished(): Observable<never> {
    return defer(() => {
      this.expectation.discards++;
      return EMPTY;
    });
  }

  /** Runs a conversation in which the modem may print a prompt. */
  expectingPrompt<T>(conversation$: Observable<T>): Observable<T> {
    return this.expecting('prompt', true, false, conversation$);
  }

  /** Runs a conversation in which the modem may print such a line of numbers. See {@link Expectation.numbers}. */
  expectingNumbers<T>(numbers: RegExp, conversation$: Observable<T>): Observable<T> {
    return this.expecting('numbers', numbers, undefined, conversation$);
  }

  /** Written by hand, because each send expects a prompt. */
  private expecting<Key extends keyof Expectation, T>(
    what: Key,
    value: Expectation[Key],
    otherwise: Expectation[Key],
    conversation$: Observable<T>,
  ): Observable<T> {
    return new Observable((subscriber) => {
      this.expectation[what] = value;
      conversation$.subscribe(subscriber);
      subscriber.add(() => (this.expectation[what] = otherwise));
    });
  }

  /**
   * Runs a conversation in which the modem may print the data of a link. They may also come late, after the
   * conversation was given up.
   *
   * @param size The most bytes that the modem may print. A larger block is not the answer.
   */
  expectingDataOf<T>(link: number, conversation$: Observable<T>, size?: number): Observable<T> {
    return defer(() => {
      this.expectation.reading = link;
      this.expectation.asked = size;
      return conversation$;
    });
  }
}

function lineOf({ line, bytes }: Command): Buffer {
  return bytes ? Buffer.concat([bytes, Buffer.from(lineEnd)]) : Buffer.from(line + lineEnd);
}
