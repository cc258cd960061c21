import assert from 'node:assert/strict';

import { describe, it } from '@jest/globals';
import {
  catchError,
  defer,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';

import { marbles } from '../../../harness/time/marbles';
import { HostNic } from '../../../src/host';
import { LinkShare, type YieldingLink } from '../../../src/node/links/linkShare';
import { OSError } from '../../../src/usocket';

const waits = { what: 'connect to 192.168.1.9:80', linkTimeout: 1000 };

/** An interface with some free links. */
class Links {
  readonly attempts: string[] = [];

  constructor(public free: number) {}

  open(name: string): Observable<string> {
    return defer(() => {
      this.attempts.push(name);
      if (this.free === 0) return throwError(() => new OSError('EMFILE', 'connect', 'all in use'));
      this.free--;
      return of(name);
    });
  }
}

function shareOf(scheduler: SchedulerLike): LinkShare {
  return new LinkShare(new HostNic(), scheduler);
}

/** Frees a link at a time. */
function free(links: Links, share: LinkShare, at: number, scheduler: SchedulerLike): Observable<unknown> {
  return timer(at, scheduler).pipe(
    tap(() => {
      links.free++;
      share.linkFreed();
    }),
  );
}

/** Emits the code and the message of a failure. */
function failureOf(opening$: Observable<string>): Observable<unknown> {
  return opening$.pipe(
    catchError((error: Error) => of({ code: 'code' in error && error.code, message: error.message })),
  );
}

describe('LinkShare', () => {
  it(
    'opens at once where there is a link, and passes other failures on',
    marbles(({ expectObservable }, scheduler) => {
      const share = shareOf(scheduler);
      expectObservable(share.open(new Links(1).open('a'), waits)).toBe('(a|)');
      const refused = new OSError('ECONNREFUSED', 'connect', 'refused');
      expectObservable(
        share.open(
          throwError(() => refused),
          waits,
        ),
      ).toBe('#', undefined, refused);
    }),
  );

  it(
    'lets connections wait for a link, in their order',
    marbles(({ expectObservable, flush }, scheduler) => {
      const share = shareOf(scheduler);
      const links = new Links(0);
      expectObservable(share.open(links.open('a'), waits)).toBe('    50ms (a|)');
      expectObservable(share.open(links.open('b'), waits)).toBe('    90ms (b|)');
      expectObservable(free(links, share, 50, scheduler)).toBe('     50ms (x|)', { x: 0 });
      expectObservable(free(links, share, 90, scheduler)).toBe('     90ms (x|)', { x: 0 });
      flush();
      // The second one asks for nothing before it is its turn.
      assert.deepStrictEqual(
        links.attempts.filter((name, index, all) => name !== all[index - 1]),
        ['a', 'b'],
      );
    }),
  );

  it(
    'tries again now and then, because a link may be freed unheard',
    marbles(({ expectObservable }, scheduler) => {
      const share = shareOf(scheduler);
      const links = new Links(0);
      const freed$ = timer(250, scheduler).pipe(tap(() => links.free++));
      expectObservable(share.open(links.open('a'), waits)).toBe('400ms (a|)');
      expectObservable(freed$).toBe('250ms (x|)', { x: 0 });
    }),
  );

  it(
    'fails when no link becomes free in time, also for one that is not first',
    marbles(({ expectObservable }, scheduler) => {
      const share = shareOf(scheduler);
      const links = new Links(0);
      const reason =
        'connect: connect to 192.168.1.9:80: all links of host have been in use for 1 s; close a connection, or raise linkTimeout';
      const failure = { code: 'EMFILE', message: reason };
      expectObservable(failureOf(share.open(links.open('a'), waits))).toBe('1s (f|)', { f: failure });
      expectObservable(failureOf(share.open(links.open('b'), waits))).toBe('1s (f|)', { f: failure });
    }),
  );

  it(
    'forgets a connection that has been given up',
    marbles(({ expectObservable, flush }, scheduler) => {
      const share = shareOf(scheduler);
      const links = new Links(0);
      expectObservable(share.open(links.open('a'), waits), '   20ms !').toBe('50ms -');
      expectObservable(share.open(links.open('b'), waits)).toBe('50ms (b|)');
      expectObservable(free(links, share, 50, scheduler)).toBe('50ms (x|)', { x: 0 });
      flush();
      assert.equal(links.free, 0);
    }),
  );

  it(
    'gives up the connection that has done nothing for the longest time',
    marbles(({ expectObservable, flush }, scheduler) => {
      const share = shareOf(scheduler);
      const links = new Links(0);
      const given: string[] = [];
      const link = (name: string, yieldsFrom: number | undefined): YieldingLink => ({
        yieldsFrom,
        yieldLink: () => {
          given.push(`${name} at ${scheduler.now()}`);
          links.free++;
          share.linkFreed();
        },
      });
      for (const each of [link('busy', undefined), link('later', 100), link('short', -5), link('long', -10)])
        share.add(each);
      expectObservable(share.open(links.open('a'), waits)).toBe('(a|)');
      expectObservable(share.open(links.open('b'), waits)).toBe('(b|)');
      expectObservable(share.open(links.open('c'), waits)).toBe('200ms (c|)');
      flush();
      assert.deepStrictEqual(given, ['long at 0', 'short at 0', 'later at 200']);
    }),
  );

  it(
    'tells whether all connections could have been given up for some time, which an open port never can',
    marbles(({ expectObservable }, scheduler) => {
      const share = shareOf(scheduler);
      share.add({ yieldsFrom: 100, yieldLink: () => undefined });
      const release = share.hold();
      const isIdle$ = merge(timer(0, 100, scheduler), timer(250, scheduler).pipe(tap(release))).pipe(
        take(6),
        map(() => share.isIdleFor(200)),
      );
      expectObservable(isIdle$).toBe('n 99ms n 99ms n 49ms n 49ms y 99ms (y|)', { n: false, y: true });
      scheduler.schedule(() => assert(!share.isIdleFor(0)), 0);
    }),
  );
});
