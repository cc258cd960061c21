/** Whether bytes are UTF-8. Other bytes change when they are decoded and encoded again. */
export function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes);
}
