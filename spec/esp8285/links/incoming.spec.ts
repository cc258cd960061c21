import assert from 'node:assert/strict';

import { describe, it } from '@jest/globals';
import { take } from 'rxjs';

import { Incoming } from '../../../src/esp8285/links/incoming';
import { marbles } from '../../../harness/time/marbles';

const error = new Error('the link failed');

describe('what comes on a link', () => {
  it(
    'is kept until its reader comes, goes on in order, and ends with the link',
    marbles(({ cold, expectObservable }) => {
      const incoming = new Incoming<string>();
      cold('ab-------c-|').subscribe({ next: (item) => incoming.push(item), complete: () => incoming.complete() });
      expectObservable(incoming.items$, '---^').toBe('---(ab)--c-|');
    }),
  );

  it(
    'fails with the link',
    marbles(({ cold, expectObservable }) => {
      const incoming = new Incoming<string>();
      cold('a--#', undefined, error).subscribe({
        next: (item) => incoming.push(item),
        error: (cause: Error) => incoming.fail(cause),
      });
      expectObservable(incoming.items$).toBe('a--#', undefined, error);
      expectObservable(incoming.end$).toBe('---#', undefined, error);
    }),
  );

  it('that a reader has left is for the next one, with what comes meanwhile after it', () => {
    const incoming = new Incoming<string>();
    for (const item of ['a', 'b', 'c']) incoming.push(item);
    const read: string[] = [];
    incoming.items$.pipe(take(1)).subscribe((item) => read.push(item));
    incoming.items$.subscribe((item) => {
      if (item === 'b') incoming.push('d');
      read.push(item);
    });
    assert.deepEqual(read, ['a', 'b', 'c', 'd']);
  });
});
