import { asBuffer } from '../streams';

/** Bytes as they are, or a string as UTF-8. */
export function bytesOf(said: Uint8Array | string): Buffer {
  return typeof said === 'string' ? Buffer.from(said) : asBuffer(said);
}
