/** Throws unless `size` is a number of bytes: whole, from 0 up, or `Infinity`. */
export function checkSize(size: number): void {
  if (size === Infinity || (Number.isSafeInteger(size) && size >= 0)) return;
  throw new RangeError(`a size is a whole number of bytes from 0 up, or Infinity, not ${size}`);
}
