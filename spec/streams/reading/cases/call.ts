/** A read as data. Each way in makes its own call of it: an operator, a method of a reader, a method of a socket. */
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
  /** In the order in which they are subscribed to. */
  readonly reads: readonly ReadStep[];
  /** Whether a read waits for those before it, which only a reader sees to, not an operator. */
  readonly isInTurn?: true;
  /** How long an operator is subscribed to the stream, if it is the only one. */
  readonly subs?: string;
  /** What the reads leave. */
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
