/** Whether bytes are UTF-8: others do not survive decoding and encoding. */
export function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes);
}
