import { type MarbleKind, marbleKinds } from './marbleKinds';
import type { Marbles } from './marbles';

/** How many bytes are shown as characters. */
const mostCharacters = 80;

/** What stands beside a marble: its text, or the beginning of its bytes. */
export function shortWords(marbles: Marbles, number: number): string {
  const text = marbles.text(number);
  if (text !== '') return text;
  const bytes = marbles.bytesOf(number, mostCharacters);
  return bytes ? `${sizeWords(marbles.size(number))}: ${characters(bytes)}` : sizeWords(marbles.size(number));
}

/** Bytes as characters. What is no printable one becomes a dot. */
export function characters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
}

/** What a marble is, and its text, in one line. */
export function longWords(marbles: Marbles, number: number): string {
  const kind = marbles.kind(number);
  const { words } = marbleKinds[kind];
  const text = shortWords(marbles, number);
  return isPlain(kind) ? text : `${words}: ${text}`;
}

export function sizeWords(size: number): string {
  return size === 1 ? '1 byte' : `${size} bytes`;
}

/** Kinds whose text says what they are. */
function isPlain(kind: MarbleKind): boolean {
  return kind === 'missed' || kind === 'command' || kind.startsWith('call');
}
