import { describe, expect, it } from '@jest/globals';
import { concatMap, type Observable } from 'rxjs';

import { marbles } from '../../../harness/time/marbles';
import { HostNic } from '../../../src/host';
import { sharedResolve } from '../../../src/node/sockets/sharedResolve';

/** An interface whose look-ups end as the observable does. */
class Names extends HostNic {
  readonly asked: string[] = [];

  constructor(private readonly answer$: Observable<readonly string[]>) {
    super();
  }

  override resolve(host: string) {
    this.asked.push(host);
    return this.answer$;
  }
}

const found = { a: ['192.168.1.9'] };

describe('sharedResolve()', () => {
  it(
    'asks once for those who wait for the same name, and again for those who come later',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const answer$ = cold<readonly string[]>('-----(a|)', found);
      const nic = new Names(answer$);
      const after = (time: string) => cold(time).pipe(concatMap(() => sharedResolve(nic, 'a.test')));
      expectObservable(sharedResolve(nic, 'a.test')).toBe('-----(a|)', found);
      expectObservable(after('---(x|)')).toBe('-----(a|)', found);
      expectObservable(after('-------(x|)')).toBe('------------(a|)', found);
      expectSubscriptions(answer$.subscriptions).toBe(['^----!', '-------^----!']);
      flush();
      expect(nic.asked).toEqual(['a.test', 'a.test']);
    }),
  );

  it(
    'asks for each name, and of each interface',
    marbles(({ cold, expectObservable, flush }) => {
      const answer$ = cold<readonly string[]>('--(a|)', found);
      const nics = [new Names(answer$), new Names(answer$)] as const;
      for (const nic of nics) {
        for (const host of ['a.test', 'b.test']) expectObservable(sharedResolve(nic, host)).toBe('--(a|)', found);
      }
      flush();
      expect(nics.map(({ asked }) => asked)).toEqual([
        ['a.test', 'b.test'],
        ['a.test', 'b.test'],
      ]);
    }),
  );

  it(
    'tells everybody of a failure, and asks again after it',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const answer$ = cold<readonly string[]>('--#');
      const nic = new Names(answer$);
      const after = (time: string) => cold(time).pipe(concatMap(() => sharedResolve(nic, 'a.test')));
      expectObservable(sharedResolve(nic, 'a.test')).toBe('--#');
      expectObservable(after('-(x|)')).toBe('--#');
      expectObservable(after('----(x|)')).toBe('------#');
      expectSubscriptions(answer$.subscriptions).toBe(['^-!', '----^-!']);
    }),
  );

  it(
    'gives a question up when nobody waits for it any more',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const answer$ = cold<readonly string[]>('-----(a|)', found);
      const nic = new Names(answer$);
      expectObservable(sharedResolve(nic, 'a.test'), '^-!').toBe('---');
      expectObservable(sharedResolve(nic, 'a.test'), '^--!').toBe('----');
      expectSubscriptions(answer$.subscriptions).toBe(['^--!']);
    }),
  );
});
