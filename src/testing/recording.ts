/** Bytes that went over the line in one piece. */
export interface RecordedBytes {
  /** Milliseconds since the bytes before these. */
  readonly after: number;
  /** The sender of the bytes: this program, or the modem. */
  readonly from: 'host' | 'modem';
  /** The bytes as they went over the line. */
  readonly bytes: Buffer;
}

const shortEscapes: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '\\': '\\\\' };
const escape = /\\(?:r|n|\\|x([\da-f]{2}))/g;
const line = /^(\d+) ([<>]) ((?:[\x20-\x5b\x5d-\x7e]|\\(?:r|n|\\|x[\da-f]{2}))+)$/;

/**
 * Writes recorded bytes as a line of text, with its newline:
 *
 *     0 > AT+CIPSEND=4,5\r\n
 *     3 < \r\nOK\r\n>\x20
 *     0 > hello
 *
 * A line has the milliseconds since the line before; `>` when the host has sent the bytes, `<` when the modem has; and
 * the bytes. Printable ASCII is written unchanged. Other bytes, and a space at the end, are written as `\r`, `\n`, `\\`
 * or `\xNN`.
 */
export function formatBytes({ after, from, bytes }: RecordedBytes): string {
  const text = bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]|\\| $/g, (character) => shortEscapes[character] ?? hexadecimal(character));
  return `${after} ${from === 'host' ? '>' : '<'} ${text}\n`;
}

/**
 * Reads a recording in the notation of {@link formatBytes}. Empty lines and lines that begin with `#` are left out. Because
 * the time of each line counts from the line before, recordings can be cut and joined as texts.
 *
 * @throws Error for a line that is not in that notation, with its number.
 */
export function parseRecording(text: string): readonly RecordedBytes[] {
  return text.split(/\r?\n/).flatMap((content, index) => {
    if (content === '' || content.startsWith('#')) return [];
    const recorded = parseBytes(content);
    if (!recorded) throw new Error(`line ${index + 1} of the recording cannot be read: ${JSON.stringify(content)}`);
    return [recorded];
  });
}

/** Reads one line of {@link formatBytes}, without its newline. Returns `undefined` for any other line. */
export function parseBytes(content: string): RecordedBytes | undefined {
  const [, after, arrow, escaped] = line.exec(content) ?? [];
  if (after === undefined || escaped === undefined) return undefined;
  return { after: Number(after), from: arrow === '>' ? 'host' : 'modem', bytes: unescaped(escaped) };
}

function unescaped(text: string): Buffer {
  const characters: Readonly<Record<string, string>> = { '\\r': '\r', '\\n': '\n', '\\\\': '\\' };
  return Buffer.from(
    text.replace(escape, (sequence, code: string | undefined) =>
      code === undefined ? (characters[sequence] ?? '') : String.fromCharCode(parseInt(code, 16)),
    ),
    'latin1',
  );
}

function hexadecimal(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
