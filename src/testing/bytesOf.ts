/** Bytes as they are, and a text as UTF-8. */
export function bytesOf(said: Uint8Array | string): Buffer {
  return typeof said === 'string' ? Buffer.from(said) : Buffer.from(said.buffer, said.byteOffset, said.byteLength);
}
