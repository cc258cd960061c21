/**
 * How many bytes are an `OK` and the prompt of a send, if the line has damaged the line end between them; 0 if they are
 * none. No line end follows the prompt, so the driver would wait for both, and the modem for the bytes.
 */
export function gluedPromptSize(text: string): number {
  return /^OK\r?[^\n]?>(?=[ \r]|$)/.exec(text)?.[0].length ?? 0;
}
