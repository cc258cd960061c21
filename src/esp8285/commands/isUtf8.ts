/** Whether bytes are text: what is none does not come back from being read as such. */
export function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes);
}
