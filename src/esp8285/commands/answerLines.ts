import type { Command } from './command';

/** Whether a modem may answer a command that has a key with this line. A damaged echo never looks like such a line. */
export function isReason(text: string): boolean {
  return /^(?:\+[A-Z]+(?:_CUR|_DEF)?: *\d+|DHCP TIMEOUT)$/.test(text);
}

/** Whether a line is part of a command's answer. Its echo, whole or damaged, is not, because it may show a key. */
export function isPart(text: string, { line, shown }: Command): boolean {
  return line === shown ? text !== line && !text.startsWith('AT+') : isReason(text);
}

/** The match of the first line that matches the pattern. */
export function firstMatch(lines: readonly string[], pattern: RegExp): RegExpExecArray | undefined {
  return lines.map((line) => pattern.exec(line)).find((found) => found !== null);
}
