import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  defer,
  filter,
  finalize,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  Subject,
  switchAll,
  takeUntil,
} from 'rxjs';

import type { Emulator } from '../serve/emulator';
import { type Entry, Journal } from './journal';
import { ControlError, errorLine, eventLine, parseRequest, type Request, resultLine, unknownMethod } from './messages';
import { type Method, type MethodCall, methodsOf } from './methods';

/**
 * Steers a virtual modem by lines of JSON, so that a test in any language can: faults, hosts, networks, times, and waiting
 * for what the driver does. Each line is a request of JSON-RPC 2.0, and each answer is a line. `docs/testing-at-drivers.md`
 * describes the methods. Any number of clients may use one object at the same time.
 *
 *     const control = new Control(emulator);
 *     control.session(of('{"id":1,"method":"fault","params":{"kind":"reset"}}')).subscribe(console.log);
 */
export class Control {
  private readonly journal: Journal;
  private readonly methods: Readonly<Record<string, Method>>;

  /** @param scheduler Measures the time-outs of requests. Default: `asyncScheduler`. */
  constructor(emulator: Emulator, scheduler: SchedulerLike = asyncScheduler) {
    this.journal = new Journal(emulator);
    this.methods = methodsOf({ emulator, journal: this.journal, scheduler });
  }

  /**
   * Cold: answers the requests of one client, and emits each answer and each event as a line without its newline. Completes
   * when there are no more requests and all have been answered. Never errors.
   *
   * @param lines$ The requests, a line each, without the newline.
   */
  session(lines$: Observable<string>): Observable<string> {
    return defer(() => {
      const watched = new BehaviorSubject<Observable<Entry>>(NEVER);
      const over = new Subject<void>();
      const answers$ = lines$.pipe(
        filter((line) => line.trim() !== ''),
        mergeMap((line) => this.answer(line, (entries$) => watched.next(entries$))),
        finalize(() => over.next()),
      );
      return merge(watched.pipe(switchAll(), map(eventLine), takeUntil(over)), answers$);
    });
  }

  /** Answers no more requests for what happens in the modem. The modem goes on. */
  close(): void {
    this.journal.end();
  }

  private answer(line: string, show: MethodCall['show']): Observable<string> {
    let id: Request['id'];
    return defer(() => {
      const request = parseRequest(line);
      id = request.id;
      const method = Object.hasOwn(this.methods, request.method) ? this.methods[request.method] : undefined;
      if (method === undefined) {
        const names = Object.keys(this.methods).join(', ');
        throw new ControlError(unknownMethod, `there is no method "${request.method}"; there are ${names}`);
      }
      return method({ params: request.params, show });
    }).pipe(
      map((result) => resultLine(id, result)),
      // A request without an id wants no answer, but its failure would not be noticed otherwise.
      filter(() => id !== undefined),
      catchError((error: unknown) => of(errorLine(id, error))),
    );
  }
}
