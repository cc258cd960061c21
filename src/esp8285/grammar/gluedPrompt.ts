/** The number of bytes of `OK\r\n> `. */
const longest = 6;

/**
 * Whether the line has damaged the line end between the `OK` of a send and its prompt. No line end follows the prompt, so
 * the driver would wait for both, and the modem for the bytes.
 */
export function isGluedPrompt(held: Buffer): boolean {
  return held.length <= longest && /^OK\r?[^\n]?> ?$/.test(held.toString('latin1'));
}
