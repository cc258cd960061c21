import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { LazyState } from '../../../src/streams/internal';

/** Follows a state. */
function follow<T>({ state$ }: LazyState<T>): readonly T[] {
  const seen: T[] = [];
  state$.subscribe((value) => seen.push(value));
  return seen;
}

describe('LazyState', () => {
  it('replays the current value, and emits each one after it', () => {
    const state = new LazyState('a');
    const early = follow(state);
    state.next('b');
    const late = follow(state);
    state.next('c');
    assert.deepEqual(early, ['a', 'b', 'c']);
    assert.deepEqual(late, ['b', 'c']);
    assert.equal(state.value, 'c');
  });

  it('keeps the last of the values that nobody followed', () => {
    const state = new LazyState(1);
    state.next(2);
    state.next(3);
    assert.equal(state.value, 3);
    assert.deepEqual(follow(state), [3]);
  });

  it('has the new value before it tells it', () => {
    const state = new LazyState(1);
    const seen: number[] = [];
    state.state$.subscribe(() => seen.push(state.value));
    state.next(2);
    assert.deepEqual(seen, [1, 2]);
  });
});
