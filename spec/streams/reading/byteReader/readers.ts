import { type Observable, Subject } from 'rxjs';

import { type ByteQueueOptions, ByteReader } from '../../../../src/streams';
import { toBytes } from '../../../../harness/time/marbles';

/** A connected reader of texts. */
export function readerOf(rx$: Observable<string>, options?: ByteQueueOptions): ByteReader {
  const reader = new ByteReader(() => rx$.pipe(toBytes()), options);
  reader.connect();
  return reader;
}

/** A connected reader that is fed by hand. */
export function fedReader(options?: ByteQueueOptions): { reader: ByteReader; rx: Subject<string> } {
  const rx = new Subject<string>();
  return { reader: readerOf(rx, options), rx };
}

/** A log of what several reads emit, as text. */
export function heard(): { log: string[]; as: (who: string) => (value: Buffer | number) => void } {
  const log: string[] = [];
  return { log, as: (who) => (value) => void log.push(`${who} ${value.toString()}`) };
}
