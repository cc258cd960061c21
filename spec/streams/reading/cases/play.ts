import assert from 'node:assert/strict';

import { from, identity, map, type Observable, take } from 'rxjs';

import { marbles, toBytes } from '../../marbles';
import type { ReadCall, ReadCase } from './call';

/** The error of a stream whose diagram ends in `#`. */
export const lost = new Error('port lost');

/** A stream that can be read, whatever the methods are called. */
export interface Reads {
  recv(size: number): Observable<Buffer | null>;
  peek(size: number, least?: number): Observable<Buffer | null>;
  read(size?: number): Observable<Buffer | null>;
  readinto(target: Uint8Array, size?: number): Observable<number | null>;
  readline(size?: number): Observable<Buffer | null>;
  data(): Observable<Buffer>;
  lines(): Observable<Buffer>;
}

/** Reads, and a look at what they leave. */
export interface Opened extends Reads {
  /** Unread bytes, once all reads are over. Not told where each read has a queue of its own. */
  left?(): string;
  /** Why the stream has failed. */
  failure?(): Error | undefined;
  room?(): number;
}

/** The call, with what it gives as text. A `target` is filled with dots before. */
export function callOn(reads: Reads, call: ReadCall, target = targetOf(call)): Observable<string> {
  switch (call.kind) {
    case 'recv':
      return reads.recv(call.size).pipe(map(asText));
    case 'peek':
      return reads.peek(call.size, call.least).pipe(map(asText));
    case 'read':
      return reads.read(call.size).pipe(map(asText));
    case 'readline':
      return reads.readline(call.size).pipe(map(asText));
    case 'readinto':
      return reads.readinto(target, call.size).pipe(map((count) => `${count} ${dotted(target)}`));
    case 'data':
    case 'lines':
      return reads[call.kind]().pipe(call.count === undefined ? identity : take(call.count), map(asText));
  }
}

/** The buffer that a `readinto` fills. */
export function targetOf(call: ReadCall): Uint8Array {
  const bytes = Buffer.alloc(call.kind === 'readinto' ? call.length : 0, '.');
  return call.kind === 'readinto' && call.isPlain ? Uint8Array.from(bytes) : bytes;
}

const asText = (bytes: Buffer | null) => String(bytes);

export const dotted = (target: Uint8Array) => Buffer.from(target).toString('latin1');

/** A row of the table in virtual time, on a stream that `open` makes readable. */
export function play(row: ReadCase, open: (rx$: Observable<Buffer>, row: ReadCase) => Opened): () => void {
  return marbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
    const { rx, texts, reads } = row;
    const cold$ = typeof rx === 'string' ? cold(rx, texts, lost) : undefined;
    const opened = open((cold$ ?? from(rx)).pipe(toBytes()), row);
    const targets = reads.map(({ call, during, expected, gives }) => {
      const target = targetOf(call);
      const values = typeof gives === 'string' ? { r: gives } : gives;
      expectObservable(callOn(opened, call, target), during).toBe(expected, values, lost);
      return gives === undefined ? target : new Uint8Array();
    });
    if (cold$) expectSubscriptions(cold$.subscriptions).toBe(opened.left ? untilItsEnd(row) : (row.subs ?? []));
    flush();
    for (const target of targets) assert.match(dotted(target), /^\.*$/, 'a read that gives nothing stores nothing');
    if (opened.room && row.room !== undefined) assert.equal(opened.room(), row.room);
    if (opened.left) assert.equal(opened.left(), row.left);
    if (opened.failure) assert.equal(opened.failure(), String(rx).includes('#') ? lost : undefined);
  });
}

/** Whoever reads piece by piece stays subscribed to the stream. */
function untilItsEnd({ rx }: ReadCase): string {
  const end = typeof rx === 'string' ? rx.trim().search(/[|#]/) : -1;
  return end < 0 ? '^' : `^${'-'.repeat(end - 1)}!`;
}
