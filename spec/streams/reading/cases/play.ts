import assert from 'node:assert/strict';

import { from, identity, map, type Observable, take } from 'rxjs';

import { marbles, toBytes } from '../../../../harness/time/marbles';
import type { ReadCall, ReadCase } from './call';

/** The error of a stream whose diagram ends in `#`. */
export const lost = new Error('port lost');

/** The reads of a byte stream, under the names that the table gives them. */
export interface Reads {
  recv(size: number): Observable<Buffer | null>;
  peek(size: number, least?: number): Observable<Buffer | null>;
  read(size?: number): Observable<Buffer | null>;
  readinto(target: Uint8Array, size?: number): Observable<number | null>;
  readline(size?: number): Observable<Buffer | null>;
  data(): Observable<Buffer>;
  lines(): Observable<Buffer>;
}

/** Reads of an open stream, and what they leave. */
export interface Opened extends Reads {
  /** The unread bytes when all reads are over. Missing if each read has a queue of its own. */
  left?(): string;
  /** The error that the stream has failed with. */
  failure?(): Error | undefined;
  room?(): number;
}

/** Makes the call, and emits its results as text. */
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

/** The buffer for a `readinto`, filled with dots. */
function targetOf(call: ReadCall): Uint8Array {
  const bytes = Buffer.alloc(call.kind === 'readinto' ? call.length : 0, '.');
  return call.kind === 'readinto' && call.isPlain ? Uint8Array.from(bytes) : bytes;
}

const asText = (bytes: Buffer | null) => String(bytes);

const dotted = (target: Uint8Array) => Buffer.from(target).toString('latin1');

/** Plays a row of the table in virtual time. `open` makes its stream readable. */
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

/** A queue that several reads share stays subscribed to its stream. */
function untilItsEnd({ rx }: ReadCase): string {
  const end = typeof rx === 'string' ? rx.trim().search(/[|#]/) : -1;
  return end < 0 ? '^' : `^${'-'.repeat(end - 1)}!`;
}
