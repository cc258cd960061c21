import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  Observable,
  retry,
  type SchedulerLike,
  Subject,
  timer,
} from 'rxjs';
import type { ProgramMessage } from 'rx-usocket/watch';

import { programFailure, saysWhy, type ServerCheck, somebodyAnswers } from './programFailure';
import { ProgramEvents } from './programEvents';
import { programMessages, type ProgramSocketConstructor } from './programMessages';
import { ProgramRequests } from './programRequests';
import type { Source } from './source';

/** What a spec replaces. */
export interface ProgramSourceOptions {
  readonly Socket?: ProgramSocketConstructor;
  readonly answers?: ServerCheck;
  readonly scheduler?: SchedulerLike;
}

/** How often a lost connection is tried again, and the first pause before that, in milliseconds. Each one is twice as long. */
const tries = 5;
const firstPause = 250;

/**
 * Attaches to a watched program. Emits the source when the program has said hello, and completes. Errors, in words for the
 * user, when nobody answers or the page is refused. A connection that is lost later is tried again for some seconds; not for
 * longer, because a program that has been started again has another token.
 *
 * @param url The address of the WebSocket, with the token: `ws://127.0.0.1:8080/program?token=…`.
 */
export function programSource(url: string, options: ProgramSourceOptions = {}): Observable<Source> {
  const { Socket = WebSocket, answers = somebodyAnswers, scheduler = asyncScheduler } = options;
  return new Observable((subscriber) => {
    const program = new AttachedProgram();
    const messages$ = programMessages(url, program.requests.sent$, Socket).pipe(
      retry({
        count: tries,
        resetOnSuccess: true,
        delay: (error: unknown, count) => {
          // A program that says why it hangs up does not want to be asked again.
          if (!program.isAttached || saysWhy(error)) throw error;
          program.triesAgain();
          return timer(firstPause * 2 ** (count - 1), scheduler);
        },
      }),
      catchError((error: unknown) => programFailure(error, url, answers)),
    );
    const reading = messages$.subscribe({
      next(message) {
        const isFirst = !program.isAttached;
        program.take(message);
        if (!isFirst || message.kind !== 'hello') return;
        subscriber.next(program.source(message, () => reading.unsubscribe()));
        subscriber.complete();
      },
      error(error: unknown) {
        program.fail(error);
        subscriber.error(error);
      },
      complete: () => program.end(),
    });
    return () => {
      if (!program.isAttached) reading.unsubscribe();
    };
  });
}

class AttachedProgram {
  readonly requests = new ProgramRequests();
  isAttached = false;

  private readonly events = new ProgramEvents();
  private readonly notices = new Subject<string>();
  private readonly isConnected = new BehaviorSubject(true);

  take(message: ProgramMessage): void {
    if (message.kind === 'events') this.events.take(message.events);
    else if (message.kind === 'done') this.requests.answered(message.request, message.error);
    else if (message.kind === 'end') this.ended(message.reason);
    else this.connected();
  }

  source({ name, faults: table }: Extract<ProgramMessage, { kind: 'hello' }>, close: () => void): Source {
    const { events, notices, isConnected, requests } = this;
    return {
      kind: 'program',
      name,
      batches$: events.batches$,
      notices$: notices.asObservable(),
      isConnected$: isConnected.asObservable(),
      ...(table && { faults: { table, give: (fault) => requests.giveFault(fault) } }),
      setPayloads: (areShown) => requests.setPayloads(areShown),
      askModem: () => requests.askModem(),
      close,
    };
  }

  triesAgain(): void {
    this.requests.lost();
    this.isConnected.next(false);
    this.notices.next('The connection to the program was lost. The page tries to connect again.');
  }

  fail(error: unknown): void {
    this.requests.lost();
    this.events.error(error);
  }

  end(): void {
    this.requests.lost();
    this.events.complete();
  }

  private connected(): void {
    if (this.isAttached) this.notices.next('The page is connected to the program again.');
    this.isAttached = true;
    this.isConnected.next(true);
    this.events.connected();
  }

  private ended(reason: string | undefined): void {
    if (reason !== undefined) this.events.error(new Error(reason));
  }
}
