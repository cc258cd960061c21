import type { Command } from './command';

/** What a modem may say to a command with a key in it; a damaged echo looks like none of these. */
export function isReason(text: string): boolean {
  return /^(?:\+[A-Z]+(?:_CUR|_DEF)?: *\d+|DHCP TIMEOUT)$/.test(text);
}

/** Whether a line is part of a command's answer: not its echo, nor what a lost byte has left of that, for a key may be in it. */
export function isPart(text: string, { line, shown }: Command): boolean {
  return line === shown ? text !== line && !text.startsWith('AT+') : isReason(text);
}

/** The first of the lines that has the pattern, as matched. */
export function firstMatch(lines: readonly string[], pattern: RegExp): RegExpExecArray | undefined {
  return lines.map((line) => pattern.exec(line)).find((found) => found !== null);
}
