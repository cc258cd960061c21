import assert from 'node:assert/strict';

import { map, type OperatorFunction } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';

/** The body of a spec in virtual time. */
export function marbles(run: (helpers: RunHelpers, scheduler: TestScheduler) => void): () => void {
  return () => {
    const scheduler = new TestScheduler((actual, expected) => assert.deepStrictEqual(actual, expected));
    scheduler.run((helpers) => run(helpers, scheduler));
  };
}

/** Makes the text that a diagram is easier to write with into the bytes that a stream carries. */
export function toBytes(): OperatorFunction<string, Buffer> {
  return map((text) => Buffer.from(text));
}

/** The values of an expected diagram, written as text. */
export function buffers(texts: Record<string, string>): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));
}
