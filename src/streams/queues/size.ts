/** Whether this is a number of bytes: whole, from 0 up, or `Infinity`. */
export function isSize(size: number): boolean {
  return size === Infinity || (Number.isSafeInteger(size) && size >= 0);
}

/** Throws a `RangeError` unless this is a number of bytes. */
export function assertSize(size: number): void {
  if (isSize(size)) return;
  throw new RangeError(`a size is a whole number of bytes from 0 up, or Infinity, not ${size}`);
}
