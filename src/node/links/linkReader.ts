import {
  asapScheduler,
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  type Observable,
  type SchedulerLike,
  map,
  race,
  ReplaySubject,
  subscribeOn,
  switchMap,
  take,
  takeUntil,
} from 'rxjs';

import type { SocketStreams } from '../../usocket/stream/socketStreams';
import type { NativeStream } from '../native/nativeStream';
import { whenSilent } from './whenSilent';

/** What a {@link LinkReader} needs from its handle. */
export interface LinkReaderOptions {
  readonly socket: SocketStreams;
  readonly stream: NativeStream;
  /** Emits when the connection is closed by this end. */
  readonly closing$: Observable<unknown>;
  /** Called when the connection has failed. */
  readonly failed: (error: unknown) => void;
  readonly scheduler: SchedulerLike;
}

const endOfStream = Symbol('end of stream');

/** The receiving side of a handle: hands over what the peer sends while Node.js reads. */
export class LinkReader {
  private readonly reading = new BehaviorSubject(false);
  private readonly ending = new ReplaySubject<void>(1);
  private isOver = false;
  private heardAt: number;
  private isAsked = false;

  constructor(private readonly options: LinkReaderOptions) {
    this.heardAt = options.scheduler.now();
  }

  /** Whether Node.js reads. */
  get isReading(): boolean {
    return this.reading.value;
  }

  /** Whether Node.js knows that the peer has ended its side. */
  get hasEnded(): boolean {
    return this.isOver;
  }

  /** When bytes have last come, in milliseconds of the scheduler. */
  get lastHeard(): number {
    return this.heardAt;
  }

  /** Whether the peer may have to answer: something has been sent, and nothing has come since. */
  get owesAnswer(): boolean {
    return this.isAsked;
  }

  /** Notes that something is sent. */
  ask(): void {
    this.isAsked = true;
  }

  start(): void {
    this.reading.next(true);
  }

  stop(): void {
    this.reading.next(false);
  }

  /** The connection is open. It can be read until this end closes it. */
  opened(): void {
    this.touch();
    const { socket, stream, closing$, failed } = this.options;
    const chunks$ = defer(() => socket.data$).pipe(
      // Node.js expects no bytes before the call that asks for them has returned.
      subscribeOn(asapScheduler),
      endWith(endOfStream),
    );
    this.reading
      .pipe(
        distinctUntilChanged(),
        switchMap((isReading) => (isReading && !this.isOver ? chunks$ : EMPTY)),
        takeUntil(closing$),
      )
      .subscribe({
        next: (chunk) => {
          this.touch();
          this.isAsked = false;
          if (chunk === endOfStream) this.end();
          else stream.readBuffer(chunk);
        },
        error: failed,
      });
  }

  /** Tells Node.js that the peer has ended its side. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.options.stream.emitEOF();
    this.ending.next();
  }

  /** Begins to count the silence of the peer. */
  touch(): void {
    this.heardAt = this.options.scheduler.now();
  }

  /** Cold. Emits once whether the peer ends its side before it has been silent for that many milliseconds. */
  endsWithin(longest: number): Observable<boolean> {
    const { scheduler } = this.options;
    return race(
      this.ending.pipe(map(() => true)),
      whenSilent({ longest, lastHeard: () => this.heardAt, scheduler }).pipe(map(() => false)),
    ).pipe(take(1));
  }

  /** Cold. Emits once when the peer has been silent for that many milliseconds. If its bytes are not read, it is not silent. */
  whenSilent(longest: number): Observable<unknown> {
    const { scheduler, closing$ } = this.options;
    const lastHeard = () => {
      if (!this.isReading) this.touch();
      return this.heardAt;
    };
    return whenSilent({ longest, lastHeard, scheduler }).pipe(takeUntil(closing$));
  }
}
