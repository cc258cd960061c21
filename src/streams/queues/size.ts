/** Whether a number is a size in bytes: a whole number from 0 up, or `Infinity`, which means no limit. */
export function isSize(size: number): boolean {
  return size === Infinity || (Number.isSafeInteger(size) && size >= 0);
}

/** Throws a `RangeError` for a number that is not a size; see {@link isSize}. */
export function assertSize(size: number): void {
  if (isSize(size)) return;
  throw new RangeError(`a size is a whole number of bytes from 0 up, or Infinity, not ${size}`);
}
