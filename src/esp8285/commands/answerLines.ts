import type { Command } from './command';

/** Whether a line is one that a modem may answer to a command with a key. A damaged echo looks like none of these. */
export function isReason(text: string): boolean {
  return /^(?:\+[A-Z]+(?:_CUR|_DEF)?: *\d+|DHCP TIMEOUT)$/.test(text);
}

/** Whether a line is part of a command's answer: not its echo, whole or damaged, because that may show a key. */
export function isPart(text: string, { line, shown }: Command): boolean {
  return line === shown ? text !== line && !text.startsWith('AT+') : isReason(text);
}

/** The match of the first line that has the pattern. */
export function firstMatch(lines: readonly string[], pattern: RegExp): RegExpExecArray | undefined {
  return lines.map((line) => pattern.exec(line)).find((found) => found !== null);
}
