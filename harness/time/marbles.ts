import assert from 'node:assert/strict';

import { map, type OperatorFunction } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';

/** Makes the body of a spec that runs in virtual time. */
export function marbles(run: (helpers: RunHelpers, scheduler: TestScheduler) => void): () => void {
  return () => {
    const scheduler = new TestScheduler((actual, expected) => assert.deepStrictEqual(actual, expected));
    scheduler.run((helpers) => run(helpers, scheduler));
  };
}

/** Turns text, which is easier to write in a diagram, into bytes. */
export function toBytes(): OperatorFunction<string, Buffer> {
  return map((text) => Buffer.from(text));
}

/** The values of an expected diagram, from text. */
export function buffers(texts: Record<string, string>): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));
}
