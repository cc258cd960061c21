import { describe, it } from '@jest/globals';
import { tap } from 'rxjs';

import { marbles } from '../../../harness/time/marbles';
import { whenSilent } from '../../../src/node/links/whenSilent';

describe('whenSilent()', () => {
  it(
    'emits when nothing has come for so long',
    marbles(({ cold, expectObservable }, scheduler) => {
      let lastHeard = 0;
      const heard$ = cold('--x---x-----').pipe(tap(() => (lastHeard = scheduler.now())));
      const silent$ = whenSilent({ longest: 5, lastHeard: () => lastHeard, scheduler });
      expectObservable(heard$).toBe('--x---x-----');
      expectObservable(silent$).toBe('-----------(s|)', { s: 0 });
    }),
  );

  it(
    'emits at once where the time is over already',
    marbles(({ expectObservable }, scheduler) => {
      expectObservable(whenSilent({ longest: 5, lastHeard: () => -10, scheduler })).toBe('(s|)', { s: 0 });
    }),
  );

  it(
    'emits nothing more after unsubscribing',
    marbles(({ expectObservable }, scheduler) => {
      expectObservable(whenSilent({ longest: 5, lastHeard: () => 0, scheduler }), '---!').toBe('----');
    }),
  );
});
