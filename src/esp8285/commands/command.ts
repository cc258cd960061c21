import { OSError } from '../../usocket/osError';

/** Longest command line, in bytes, its line end included (AT 2.2 says so; older firmware is not known to take more). */
const longestLine = 256;

/** A text that a user gave: it is checked and quoted before it becomes part of a command. */
export interface Text {
  readonly text: string;
  /** For messages: `'SSID'`. */
  readonly what: string;
  /** The call that it was given to. */
  readonly syscall: string;
  readonly maxBytes: number;
  /** Default: 0. */
  readonly minBytes?: number;
  /** Keys are never shown. */
  readonly secret?: boolean;
}

export type Argument = number | Text;

/** One line to the modem. */
export interface Command {
  readonly line: string;
  /** The line for messages and traces, without what is secret. */
  readonly shown: string;
}

/**
 * Builds a command line. Every text from outside passes through here, and through nothing else, on its way to the
 * modem: `,`, `"` and `\` are escaped as the firmware wants it.
 *
 *     command('AT+CWJAP_CUR', ssid, key)   →  AT+CWJAP_CUR="my\,net","…"
 *
 * Throws `EINVAL` for a text that has CR, LF, NUL or half a character in it, or is too long or too short.
 */
export function command(name: string, ...given: readonly Argument[]): Command {
  const values = given.map((argument) => (typeof argument === 'number' ? String(argument) : quote(argument)));
  const shown = given.map((argument, index) =>
    typeof argument !== 'number' && argument.secret ? '"…"' : (values[index] ?? ''),
  );
  const line = withArguments(name, values);
  const overlong = given.find((argument): argument is Text => typeof argument !== 'number');
  if (Buffer.byteLength(line) + 2 > longestLine && overlong) {
    throw refuse(overlong, `makes a command of more than ${String(longestLine)} bytes`);
  }
  return { line, shown: withArguments(name, shown) };
}

function withArguments(name: string, values: readonly string[]): string {
  return values.length > 0 ? `${name}=${values.join(',')}` : name;
}

function quote(argument: Text): string {
  const { text, maxBytes, minBytes = 0 } = argument;
  if (typeof text !== 'string') throw refuse(argument, 'must be a text');
  if (/[\r\n\0]/.test(text)) throw refuse(argument, 'must not contain CR, LF or NUL');
  // Half a character would be sent as another one.
  if (/\p{Surrogate}/u.test(text)) throw refuse(argument, 'is not well-formed');
  if (Buffer.byteLength(text) > maxBytes) throw refuse(argument, `is longer than ${String(maxBytes)} bytes`);
  if (Buffer.byteLength(text) < minBytes) throw refuse(argument, `has less than ${String(minBytes)} bytes`);
  return `"${text.replace(/[\\",]/g, '\\$&')}"`;
}

function refuse({ what, syscall }: Text, why: string): OSError {
  return new OSError('EINVAL', syscall, `${syscall}: the ${what} ${why}; nothing was sent`);
}
