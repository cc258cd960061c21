import { Refusal, errorCode } from './refusal';

/** The form of a command, by what follows its name. */
export type Form = 'run' | 'query' | 'test' | 'set';

/** One argument of a line, with its escapes resolved. It has one character per byte (latin1). */
export interface Argument {
  readonly text: string;
  readonly quoted: boolean;
}

/** A command line, parsed. */
export interface CommandLine {
  /** In capitals, without `AT`: `''` for a bare `AT`, `E0`, `+CIPSEND`. */
  readonly name: string;
  readonly form: Form;
  /** An argument that was left empty is `undefined`. */
  readonly args: readonly (Argument | undefined)[];
}

/**
 * Parses a line without its line end.
 *
 * @param anyEscape A backslash escapes any character, as in ESP-AT; otherwise only comma, quote and backslash (NonOS).
 * @throws Refusal for a line without `AT`, a quote left open, or a stray character beside a quoted argument.
 */
export function parseCommandLine(line: string, anyEscape: boolean): CommandLine {
  if (line.slice(0, 2).toUpperCase() !== 'AT') throw new Refusal('', errorCode.noPrefix);
  const head = /^[^=?]*/.exec(line.slice(2))?.[0] ?? '';
  const tail = line.slice(2 + head.length);
  const name = head.toUpperCase();
  if (tail === '') return { name, form: 'run', args: [] };
  if (tail === '?') return { name, form: 'query', args: [] };
  if (tail === '=?') return { name, form: 'test', args: [] };
  if (tail.startsWith('=')) return { name, form: 'set', args: splitArguments(tail.slice(1), anyEscape) };
  throw new Refusal('', errorCode.parse);
}

function splitArguments(text: string, anyEscape: boolean): (Argument | undefined)[] {
  const args: (Argument | undefined)[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      const { value, end } = readQuoted(text, at + 1, anyEscape);
      args.push({ text: value, quoted: true });
      at = end;
      if (at < text.length && text[at] !== ',') throw new Refusal('', errorCode.parse);
    } else {
      const comma = text.indexOf(',', at);
      const end = comma < 0 ? text.length : comma;
      args.push(end === at ? undefined : { text: text.slice(at, end), quoted: false });
      at = end;
    }
    if (at >= text.length) return args;
    at++;
  }
}

/** Reads from after the opening quote to after the closing one. */
function readQuoted(text: string, from: number, anyEscape: boolean): { value: string; end: number } {
  let value = '';
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return { value, end: at + 1 };
    // The manual demands that a comma inside quotes is escaped, so one that is not is an error.
    if (char === ',') break;
    const next = text.charAt(at + 1);
    if (char === '\\' && next !== '' && (anyEscape || ',"\\'.includes(next))) {
      value += next;
      at++;
    } else {
      value += char;
    }
  }
  throw new Refusal('', errorCode.parse);
}
