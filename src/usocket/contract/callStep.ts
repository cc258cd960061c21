/** A step of a call of a socket: what was asked, or how it ended. It contains no payload. */
export interface CallStep {
  /** Milliseconds, by the interface's scheduler: since 1970 with the default one. */
  readonly time: number;
  /** The number of the call. Its beginning and its end have the same one. */
  readonly id: number;
  /** The number of the socket, from 1, in the order in which the sockets were made. */
  readonly socket: number;
  /** The number of the socket's link, 0 to 4, if it has one. */
  readonly link?: number;
  /** The name of the call: `'recv'`. */
  readonly name: string;
  /** `abandoned`: the caller does not wait for the end any more. */
  readonly stage: 'begins' | 'returns' | 'fails' | 'abandoned';
  /** The number of bytes that are asked for, sent, or received. */
  readonly size?: number;
  /** The name of the error, such as `'ECONNRESET'`. */
  readonly code?: string;
  /** A few words: the arguments, what it returned, or the message of the error. */
  readonly text: string;
}

/** A size, and a few words. */
type Words = Pick<CallStep, 'size' | 'text'>;

/**
 * Describes what a call was asked: a number of bytes, data to send, an address, data with an address, or words. Of data,
 * only the length is shown.
 */
export function askedText(asked: unknown): Words {
  if (asked === undefined || asked === null) return { text: '' };
  if (typeof asked === 'number' && !Number.isFinite(asked)) return { text: 'everything' };
  try {
    return valueText(asked, 'to');
  } catch {
    // A JavaScript program may pass an object that has no text. The call itself refuses it.
    return { text: 'something else' };
  }
}

/** Describes what a call has returned. Of data, only the length is shown. */
export function returnedText(value: unknown): Words {
  if (value === undefined) return { text: '' };
  if (value === null) return { text: 'nothing yet' };
  return valueText(value, 'from');
}

function valueText(value: unknown, preposition: 'to' | 'from'): Words {
  if (typeof value === 'number') return sized(value);
  if (typeof value === 'string') return sized(Buffer.byteLength(value));
  if (value instanceof Uint8Array) return sized(value.length);
  if (!Array.isArray(value)) return { text: (value as { toString(): string }).toString() };
  const [first, second] = value as readonly unknown[];
  // Either an address, or something with an address.
  if (!Array.isArray(second)) return { text: `${String(first)}:${String(second)}` };
  const { text, ...size } = returnedText(first);
  return { ...size, text: `${text} ${preposition} ${second.join(':')}` };
}

function sized(size: number): Words {
  return { size, text: size === 1 ? '1 byte' : `${size} bytes` };
}
