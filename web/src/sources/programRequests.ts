import { defer, merge, Observable, of, Subject, type Subscriber } from 'rxjs';
import type { PageRequest } from 'rx-usocket/watch';

type Wish = PageRequest extends infer Request
  ? Request extends PageRequest
    ? Omit<Request, 'request'>
    : never
  : never;

/** What the page asks of a program, and its answers. */
export class ProgramRequests {
  /** Cold: what is asked, for a connection. A new connection asks for payloads again if the last one did. */
  readonly sent$: Observable<PageRequest>;

  private readonly requests = new Subject<PageRequest>();
  private readonly waiting = new Map<number, Subscriber<never>>();
  private areShown = false;
  private count = 0;

  constructor() {
    const again$ = defer(() => (this.areShown ? of(this.numbered({ kind: 'payloads', areShown: true })) : []));
    this.sent$ = merge(this.requests, again$);
  }

  setPayloads(areShown: boolean): void {
    this.areShown = areShown;
    this.requests.next(this.numbered({ kind: 'payloads', areShown }));
  }

  askModem(): void {
    this.requests.next(this.numbered({ kind: 'ask' }));
  }

  /** Cold: gives the modem of the program a fault, and completes. Errors with what is wrong. */
  giveFault(fault: Readonly<Record<string, unknown>>): Observable<never> {
    return new Observable((subscriber) => {
      if (!this.requests.observed) {
        subscriber.error(new Error('the program is not connected'));
        return;
      }
      const request = this.numbered({ kind: 'fault', fault });
      this.waiting.set(request.request, subscriber);
      subscriber.add(() => this.waiting.delete(request.request));
      this.requests.next(request);
    });
  }

  /** The program has answered a request. */
  answered(request: number, error: string | undefined): void {
    const subscriber = this.waiting.get(request);
    if (error === undefined) subscriber?.complete();
    else subscriber?.error(new Error(error));
  }

  /** The connection is lost, and no answers come. */
  lost(): void {
    for (const subscriber of this.waiting.values())
      subscriber.error(new Error('the connection to the program was lost'));
  }

  private numbered(wish: Wish): PageRequest {
    return { ...wish, request: ++this.count };
  }
}
