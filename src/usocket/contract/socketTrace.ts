import {
  asyncScheduler,
  concat,
  concatMap,
  defer,
  EMPTY,
  identity,
  type Observable,
  of,
  type SchedulerLike,
  Subject,
  tap,
} from 'rxjs';

import { askedText, type CallStep, returnedText } from './callStep';

/** A socket that has not been closed yet, at one moment. */
export interface SocketDetails {
  /** The number of the socket, from 1, in the order in which the sockets were made: that of {@link CallStep.socket}. */
  readonly id: number;
  /** `server` is a stream socket that listens. */
  readonly kind: 'stream' | 'datagram' | 'server';
  /** `'connected'`, `'listening'`, `'open'` and the like. */
  readonly stage: string;
  /** The number of its link, if it has one. */
  readonly link?: number;
  /** Bytes that have come and that no call has read yet. */
  readonly queued: number;
}

/** What a socket shows of itself. */
export interface Traceable {
  /** Its kind, how far it has come, its link, and what is queued, at this moment. */
  readonly details: Omit<SocketDetails, 'id'>;
}

/** The list is looked through for dropped sockets when it is twice as long as after the last time, but not below this. */
const fewSockets = 32;

/**
 * Shows subscribers what is asked of the sockets of one interface. Without a subscriber, each call costs one look at
 * {@link SocketTrace.isWatched}. Sockets that a program has dropped without closing them are not kept.
 */
export class SocketTrace {
  /** Hot: the beginning and the end of each call that begins while there is a subscriber. It never completes. */
  readonly calls$: Observable<CallStep>;

  private readonly calls = new Subject<CallStep>();
  private readonly sockets = new Map<number, WeakRef<TracedSocket>>();
  private most = fewSockets;
  private lastSocket = 0;
  private lastCall = 0;

  /** @param scheduler The clock of the calls. Default: `asyncScheduler`. */
  constructor(private readonly scheduler: SchedulerLike = asyncScheduler) {
    this.calls$ = this.calls.asObservable();
  }

  /** Whether there is a subscriber. */
  get isWatched(): boolean {
    return this.calls.observed;
  }

  /** The sockets that have not been closed, in the order in which they were made. */
  get details(): readonly SocketDetails[] {
    return [...this.sockets.values()].flatMap((reference) => reference.deref()?.details ?? []);
  }

  /** A socket is made. It keeps what is returned, and says when it is closed. */
  add(socket: Traceable): TracedSocket {
    if (this.sockets.size >= this.most) this.forgetDropped();
    const traced = new TracedSocket(++this.lastSocket, socket, this);
    this.sockets.set(traced.id, new WeakRef(traced));
    return traced;
  }

  /** Takes a socket that is closed out of {@link details}. */
  remove({ id }: TracedSocket): void {
    this.sockets.delete(id);
  }

  /** Returns the number of a call that begins. */
  nextCall(): number {
    return ++this.lastCall;
  }

  /** Emits a step from {@link calls$}, with its time. */
  tell(step: Omit<CallStep, 'time'>): void {
    this.calls.next({ time: this.scheduler.now(), ...step });
  }

  private forgetDropped(): void {
    for (const [id, reference] of this.sockets) if (!reference.deref()) this.sockets.delete(id);
    this.most = Math.max(fewSockets, 2 * this.sockets.size);
  }
}

/** A socket, as the trace of its interface knows it. */
export class TracedSocket {
  constructor(
    /** From 1, in the order in which the sockets were made. */
    readonly id: number,
    private readonly socket: Traceable,
    private readonly trace: SocketTrace,
  ) {}

  /** Whether somebody watches, so that calls have to be followed. */
  get isWatched(): boolean {
    return this.trace.isWatched;
  }

  /** The socket as it is now. */
  get details(): SocketDetails {
    return { id: this.id, ...this.socket.details };
  }

  /** Takes the socket, which is closed, out of the details of its interface. */
  remove(): void {
    this.trace.remove(this);
  }

  /**
   * Tells when a call begins and how it ends.
   *
   *     call$       ^---v|
   *     tells       b---r          (begins, returns)
   *     repeating   b---(rb)r      (each value is a call of its own, and the last one finds the end)
   *
   * @param asked What the call is about: a number of bytes, data, of which only the length is shown, an address, or words.
   * @param isRepeating Whether `call$` is a read that goes on after each value.
   */
  follow<T>(name: string, asked: unknown, call$: Observable<T>, isRepeating = false): Observable<T> {
    return defer(() => {
      let id: number | undefined;
      const begin = () => {
        id = this.trace.nextCall();
        this.tell({ id, name, stage: 'begins', ...askedText(asked) });
      };
      const end = (step: Pick<CallStep, 'stage' | 'size' | 'code' | 'text'>) => {
        if (id !== undefined) this.tell({ id, name, ...step });
        id = undefined;
      };
      const beginNext$ = defer(() => {
        begin();
        return EMPTY;
      });
      return call$.pipe(
        tap({
          subscribe: begin,
          next: (value) => end({ stage: 'returns', ...returnedText(value) }),
          error: (error: unknown) => end({ stage: 'fails', ...failureOf(error) }),
          complete: () => end({ stage: 'returns', text: 'the end' }),
          unsubscribe: () => end({ stage: 'abandoned', text: '' }),
        }),
        isRepeating ? concatMap((value) => concat(of(value), beginNext$)) : identity,
      );
    });
  }

  private tell(step: Omit<CallStep, 'time' | 'socket' | 'link'>): void {
    const { link } = this.socket.details;
    this.trace.tell({ socket: this.id, ...(link !== undefined && { link }), ...step });
  }
}

function failureOf(error: unknown): Pick<CallStep, 'code' | 'text'> {
  if (!(error instanceof Error)) return { text: String(error) };
  return { ...('code' in error && { code: String(error.code) }), text: error.message };
}
