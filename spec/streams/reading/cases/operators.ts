import { describe, it } from '@jest/globals';
import type { Observable } from 'rxjs';

import { ByteQueue, queueBytes, read, readinto, readline, recv } from '../../../../src/streams';
import { peek } from '../../../../src/streams/reading/peek';
import { fillQueue } from '../../../../src/streams/reading/queueBytes';
import { takeChunks, takeLines } from '../../../../src/streams/reading/takeChunks';
import type { ReadCase } from './call';
import { play, type Reads } from './play';

const operators = (queue$: Observable<ByteQueue>): Reads => ({
  recv: (size) => queue$.pipe(recv(size)),
  peek: (size, least) => queue$.pipe(peek(size, least)),
  read: (size) => queue$.pipe(read(size)),
  readinto: (target, size) => queue$.pipe(readinto(target, size)),
  readline: (size) => queue$.pipe(readline(size)),
  data: () => queue$.pipe(takeChunks()),
  lines: () => queue$.pipe(takeLines()),
});

const optionsOf = ({ capacity }: ReadCase) => (capacity === undefined ? {} : { capacity });

/** Plays rows of the table with operators: on a stream with a queue of its own, and on a queue that several reads share. */
export function describeOperators(rows: readonly ReadCase[]): void {
  describe('on a stream', () => {
    for (const row of rows.filter(isOfOneRead)) {
      it(
        row.title,
        play(row, (rx$) => operators(rx$.pipe(queueBytes(optionsOf(row))))),
      );
    }
  });

  describe('on a queue', () => {
    for (const row of rows.filter(({ isInTurn }) => !isInTurn)) {
      it(
        row.title,
        play(row, (rx$) => {
          const queue = new ByteQueue(optionsOf(row));
          rx$.pipe(fillQueue(queue)).subscribe();
          return {
            ...operators(queue.changes$),
            left: () => queue.takeUpTo(Infinity).toString(),
            failure: () => queue.failure,
            room: () => queue.room,
          };
        }),
      );
    }
  });
}

/** Such a row has the operator's subscription to the stream. */
function isOfOneRead({ rx, reads, subs }: ReadCase): boolean {
  return reads.length === 1 && (subs !== undefined || typeof rx !== 'string');
}
