/** A read as data. A spec turns it into its own call: an operator, a method of a reader, or a method of a socket. */
export type ReadCall =
  | { readonly kind: 'recv'; readonly size: number }
  | { readonly kind: 'peek'; readonly size: number; readonly least?: number | undefined }
  | { readonly kind: 'read' | 'readline'; readonly size?: number | undefined }
  /** Reads into a buffer of `length` bytes, or into a plain `Uint8Array`. */
  | { readonly kind: 'readinto'; readonly length: number; readonly size?: number | undefined; readonly isPlain?: true }
  /** Reads on until the end, or until it has emitted `count` times. */
  | { readonly kind: 'data' | 'lines'; readonly count?: number | undefined };

export interface ReadStep {
  readonly call: ReadCall;
  /** When it is subscribed to and unsubscribed. Default: from the start to its end. */
  readonly during?: string;
  readonly expected: string;
  /** What is emitted, as text: for `r`, or for each letter. `readinto` emits `'3 abc.'`: the number, and the buffer. */
  readonly gives?: string | Readonly<Record<string, string>>;
}

/** Reads of one byte stream. */
export interface ReadCase {
  readonly title: string;
  /** The stream, as a diagram of `texts`; or the chunks of a synchronous one, which ends. */
  readonly rx: string | readonly string[];
  readonly texts?: Readonly<Record<string, string>>;
  readonly capacity?: number;
  /** The reads, in the order of their subscriptions. */
  readonly reads: readonly ReadStep[];
  /** Each read waits for those before it. A reader takes care of that, an operator does not. */
  readonly isInTurn?: true;
  /** How long the operator is subscribed to the stream, for a row with one read. */
  readonly subs?: string;
  /** The unread bytes at the end. */
  readonly left: string;
  /** How many bytes the queue has room for at the end. */
  readonly room?: number;
}

export const recv = (size: number): ReadCall => ({ kind: 'recv', size });
export const peek = (size: number, least?: number): ReadCall => ({ kind: 'peek', size, least });
export const read = (size?: number): ReadCall => ({ kind: 'read', size });
export const readline = (size?: number): ReadCall => ({ kind: 'readline', size });
export const readinto = (length: number, size?: number): ReadCall => ({ kind: 'readinto', length, size });
export const data = (count?: number): ReadCall => ({ kind: 'data', count });
export const lines = (count?: number): ReadCall => ({ kind: 'lines', count });
