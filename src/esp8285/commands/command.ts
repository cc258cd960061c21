import { asBuffer } from '../../streams';
import { OSError } from '../../usocket/contract/osError';
import { isUtf8 } from './isUtf8';

/**
 * The longest command line, in bytes, including its line end. It is that of AT 2.2; older firmware is not known to
 * accept more.
 */
const longestLine = 256;

/** A text from a user, or bytes in any encoding. It is checked and quoted before it becomes part of a command. */
export interface Text {
  readonly text: string | Uint8Array;
  /** What the text is, for messages: `'SSID'`. */
  readonly what: string;
  /** The call that it is an argument of: `'connect'`. */
  readonly syscall: string;
  readonly maxBytes: number;
  /** Default: 0. */
  readonly minBytes?: number;
  /** Whether it is a key, which is never shown. */
  readonly secret?: boolean;
}

export type Argument = number | Text;

/** One line to the modem. */
export interface Command {
  /** The line as text, in which bytes that are not UTF-8 are replaced. */
  readonly line: string;
  /** The bytes of the line, if it is not UTF-8. */
  readonly bytes?: Buffer;
  /** The line for messages and traces, without secrets. */
  readonly shown: string;
  /** The lines of its answer may have any form. Those of all other commands begin with a name or with known words. */
  readonly isAnsweredFreely?: true;
}

/**
 * Builds a command line. It is the only way for a text from outside to the modem. `,`, `"` and `\` are escaped, as the
 * firmware requires.
 *
 *     command('AT+CWJAP_CUR', ssid, key)   →  AT+CWJAP_CUR="my\,net","…"
 *
 * Throws `EINVAL` for a text that contains CR, LF, NUL or half a character, or that is too long or too short.
 */
export function command(name: string, ...given: readonly Argument[]): Command {
  // Numbers need no quotes and no encoding, and each read and each send says such a command.
  if (given.every((argument) => typeof argument === 'number')) {
    const line = withArguments(name, given);
    return { line, shown: line };
  }
  // In Latin-1, where each character is one byte, because the arguments need not be UTF-8.
  const values = given.map((argument) => (typeof argument === 'number' ? String(argument) : quote(argument)));
  const shown = given.map((argument, index) =>
    typeof argument !== 'number' && argument.secret ? '"…"' : readable(values[index] ?? ''),
  );
  const bytes = Buffer.from(withArguments(name, values), 'latin1');
  const overlong = given.find((argument): argument is Text => typeof argument !== 'number');
  if (bytes.length + 2 > longestLine && overlong) {
    throw refuse(overlong, `makes a command of more than ${longestLine} bytes`);
  }
  return { line: bytes.toString(), shown: withArguments(name, shown), ...(!isUtf8(bytes) && { bytes }) };
}

function withArguments(name: string, values: readonly (string | number)[]): string {
  return values.length > 0 ? `${name}=${values.join(',')}` : name;
}

function quote(argument: Text): string {
  const { maxBytes, minBytes = 0 } = argument;
  const bytes = bytesOf(argument);
  const text = bytes.toString('latin1');
  if (/[\r\n\0]/.test(text)) throw refuse(argument, 'must not contain CR, LF or NUL');
  if (bytes.length > maxBytes) throw refuse(argument, `is longer than ${maxBytes} bytes`);
  if (bytes.length < minBytes)
    throw refuse(argument, bytes.length === 0 ? 'is empty' : `has fewer than ${minBytes} bytes`);
  return `"${text.replace(/[\\",]/g, '\\$&')}"`;
}

function bytesOf(argument: Text): Buffer {
  // A JavaScript program may pass any value.
  const text: unknown = argument.text;
  if (text instanceof Uint8Array) return asBuffer(text);
  if (typeof text !== 'string') throw refuse(argument, 'must be a string or bytes');
  // Half a surrogate pair would be sent as another character.
  if (/\p{Surrogate}/u.test(text)) throw refuse(argument, 'is not well-formed');
  return Buffer.from(text);
}

/** Converts bytes, given as Latin-1, to text for messages. Bytes that are not UTF-8 become `\xce` and the like. */
export function readable(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  if (isUtf8(bytes)) return bytes.toString();
  return latin1.replace(/[^\x20-\x7e]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function refuse({ what, syscall }: Text, why: string): OSError {
  return new OSError('EINVAL', syscall, `${syscall}: the ${what} ${why}; nothing was sent`);
}
