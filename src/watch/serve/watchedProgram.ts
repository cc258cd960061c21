import {
  auditTime,
  BehaviorSubject,
  catchError,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  fromEvent,
  merge,
  mergeMap,
  noop,
  type Observable,
  type SchedulerLike,
  share,
  type Subscription,
  takeUntil,
  tap,
} from 'rxjs';
import type { WebSocket } from 'ws';

import { messageOf } from '../../usocket/contract/messageOf';
import type { PageRequest, ProgramMessage } from '../events/messages';
import type { WatchEvent } from '../events/watchEvent';
import { AttachedPage } from './attachedPage';
import { EventLog } from './eventLog';
import { type Answers, readRequest } from './requests';

/** Pages get what is new at this pace, in milliseconds, and earlier when there are that many new events. */
const pace = 50;
const mostNew = 1000;

/** How many requests of a page are answered at a time. */
const mostRequests = 8;

/** What is watched, and how. */
export interface Watching {
  /** The events of the program, with bytes while `payloads$` last said so. Completes when there are no more. */
  readonly events: (payloads$: Observable<boolean>) => Observable<WatchEvent>;
  /** The first message to each page. */
  readonly hello: ProgramMessage & { readonly kind: 'hello' };
  readonly answers: Answers;
  /** How many events are kept. */
  readonly history: number;
  readonly scheduler: SchedulerLike;
}

/** A program that is watched by any number of pages. Each gets all events that are kept, and then those that come. */
export class WatchedProgram {
  /** Replays how many pages are attached. */
  readonly pages$: Observable<number>;

  private readonly log: EventLog;
  private readonly pages = new Set<AttachedPage>();
  private readonly count = new BehaviorSubject(0);
  private readonly payloads = new BehaviorSubject(false);
  private readonly reading: Subscription;
  private sent = 0;
  /** Why the modem is down. */
  private failure: string | undefined;
  private end: ProgramMessage | undefined;

  constructor(private readonly watching: Watching) {
    this.log = new EventLog(watching.history);
    this.pages$ = this.count.asObservable();
    this.reading = this.readEvents();
  }

  /** Serves a page until it goes. */
  attach(socket: WebSocket): void {
    const page = new AttachedPage(socket, this.log);
    page.say(this.watching.hello);
    this.pages.add(page);
    this.count.next(this.pages.size);
    const answered$ = fromEvent(socket, 'message', ({ data }: { readonly data: unknown }) => String(data)).pipe(
      mergeMap((text) => this.answer(page, readRequest(text)), mostRequests),
      catchError(() => {
        socket.close(1007, 'a message is a request, in JSON');
        return EMPTY;
      }),
      takeUntil(fromEvent(socket, 'close')),
    );
    answered$.subscribe();
    socket.once('close', () => this.detach(page));
    if (this.end) page.finish(this.end);
    else page.advance();
  }

  /** The process ends with this exit code. What the pages have not been sent yet is sent, as far as they read. */
  exit(code: number): void {
    if (!this.end) this.finish(code === 0 ? undefined : `the program has ended with exit code ${code}`);
  }

  /** Listens to the program no more. */
  close(): void {
    this.reading.unsubscribe();
    this.count.complete();
  }

  private readEvents(): Subscription {
    const { events, scheduler } = this.watching;
    const pushed$ = defer(() => events(this.payloads.pipe(distinctUntilChanged()))).pipe(
      // The end is told at once, because the program may end with it.
      tap({
        next: (event) => this.note(event),
        error: (error: unknown) => this.finish(messageOf(error)),
        complete: () => this.finish(this.failure),
      }),
      share(),
    );
    const due$ = merge(
      pushed$.pipe(auditTime(pace, scheduler)),
      pushed$.pipe(filter(() => this.log.length - this.sent >= mostNew)),
    );
    return due$.subscribe({ next: () => this.flush(), error: noop });
  }

  /** Sends each page what is new, as far as it reads. */
  private flush(): void {
    this.sent = this.log.length;
    for (const page of this.pages) page.advance();
  }

  private note(event: WatchEvent): void {
    this.log.push(event);
    if (event.type === 'state') this.failure = event.state.error;
  }

  private finish(reason: string | undefined): void {
    this.end = { kind: 'end', ...(reason !== undefined && { reason }) };
    for (const page of this.pages) page.finish(this.end);
  }

  /** Completes when the page has been answered. */
  private answer(page: AttachedPage, request: PageRequest): Observable<never> {
    return this.doneFor(page, request).pipe(
      tap({ complete: () => page.say({ kind: 'done', request: request.request }) }),
      catchError((error: unknown) => {
        page.say({ kind: 'done', request: request.request, error: messageOf(error) });
        return EMPTY;
      }),
    );
  }

  private doneFor(page: AttachedPage, request: PageRequest): Observable<never> {
    const { answers } = this.watching;
    if (request.kind === 'fault') return answers.fault(request.fault);
    if (request.kind === 'ask') return answers.ask();
    return defer(() => {
      // What came before the request is shown as it was wanted then.
      page.advance();
      page.wantsPayloads = request.areShown;
      this.notePayloads();
      return EMPTY;
    });
  }

  private detach(page: AttachedPage): void {
    this.pages.delete(page);
    this.notePayloads();
    this.count.next(this.pages.size);
  }

  private notePayloads(): void {
    this.payloads.next([...this.pages].some(({ wantsPayloads }) => wantsPayloads));
  }
}
