import { isSize } from '../../streams';
import { OSError } from '../contract/osError';

/** What a socket can be asked to send; a string goes out as UTF-8. */
export type Sendable = Uint8Array | string;

/** A hint for who gave a promise where its value was wanted; empty otherwise. */
export function ifPromise(given: unknown): string {
  const isPromise = typeof given === 'object' && given !== null && 'then' in given;
  return isPromise ? '; a promise was given: is an "await" missing?' : '';
}

/** The bytes of what is to be sent; `EINVAL` when it has none. */
export function toBytes(data: Sendable, syscall: string): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof Uint8Array) return data;
  throw new OSError(
    'EINVAL',
    syscall,
    `${syscall}: what is sent is a Buffer, another Uint8Array or a string${ifPromise(data)}`,
  );
}

/** `EINVAL` for what is no size of a receive buffer. */
export function checkReceiveBuffer(size: number): void {
  if (isSize(size)) return;
  const message = `socket: receiveBuffer is a whole number of bytes from 0 up, not ${size}`;
  throw new OSError('EINVAL', 'socket', message);
}

/** `EINVAL` for what bytes cannot be read into. */
export function checkTarget(target: unknown): void {
  if (target instanceof Uint8Array) return;
  throw new OSError('EINVAL', 'readinto', 'readinto: bytes are read into a Buffer or another Uint8Array');
}

/** `EINVAL` for what is no number of bytes. */
export function checkSize(size: number, syscall: string): void {
  if (isSize(size)) return;
  throw new OSError('EINVAL', syscall, `${syscall}: a size is a whole number of bytes, not ${size}${ifPromise(size)}`);
}

/** A size that may be left out, `null` or negative: all there is then, as in MicroPython. `EINVAL` for what is none. */
export function sizeOrAll(size: number | null | undefined, syscall: string): number {
  if (size === null || size === undefined || (Number.isInteger(size) && size < 0)) return Infinity;
  checkSize(size, syscall);
  return size;
}

/** What a non-blocking read has found; `EAGAIN` for nothing. */
export function orAgain<T>(found: T | null | undefined, syscall: string): T {
  if (found !== null && found !== undefined) return found;
  throw new OSError('EAGAIN', syscall, `${syscall}: nothing has come yet, and the socket is non-blocking`);
}
