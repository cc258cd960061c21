import { describe, expect, it } from '@jest/globals';
import { Observable, of } from 'rxjs';

import { Runner } from '../../../src/streams';
import { marbles } from '../../../harness/time/marbles';

const error = new Error('it failed');

describe('Runner', () => {
  it(
    'runs operations at the same time, and emits nothing',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const runner = new Runner();
      const one$ = cold('  -a----|');
      const other$ = cold('---b|  ');
      expectObservable(runner.running$).toBe('--------');
      hot('-1-2').subscribe((which) => runner.run(which === '1' ? one$ : other$));
      expectSubscriptions(one$.subscriptions).toBe('  -^-----!');
      expectSubscriptions(other$.subscriptions).toBe('---^---!');
    }),
  );

  it(
    'fails with an operation, and ends the others',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const runner = new Runner();
      const one$ = cold<never>('------');
      const other$ = cold('---#', undefined, error);
      expectObservable(runner.running$).toBe('----#', undefined, error);
      hot('-b').subscribe(() => [one$, other$].forEach((operation$) => runner.run(operation$)));
      expectSubscriptions(one$.subscriptions).toBe('-^--!');
    }),
  );

  it(
    'ends them with its subscriber, and begins none after that',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const runner = new Runner();
      const operation$ = cold<never>('------');
      expectObservable(runner.running$, '^--!').toBe('-');
      hot('-b---b').subscribe(() => runner.run(operation$));
      expectSubscriptions(operation$.subscriptions).toBe('-^-!');
    }),
  );

  it(
    'begins none after its end, and lets those go on that run',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const runner = new Runner();
      const operation$ = cold('----|');
      expectObservable(runner.running$).toBe('-');
      hot('-b-e-b').subscribe((what) => {
        if (what === 'e') runner.end();
        else runner.run(operation$);
      });
      expectSubscriptions(operation$.subscriptions).toBe('-^---!');
    }),
  );

  it('runs an operation that ends at once, and begins none without a subscriber', () => {
    const runner = new Runner();
    const begun: string[] = [];
    const operation = (name: string): Observable<string> =>
      new Observable((subscriber) => {
        begun.push(name);
        return of(name).subscribe(subscriber);
      });
    runner.run(operation('early'));
    runner.running$.subscribe();
    runner.run(operation('late'));
    expect(begun).toEqual(['late']);
  });
});
