/** Bytes that went over the line in one piece. */
export interface RecordedBytes {
  /** Milliseconds since the bytes before. */
  readonly after: number;
  readonly from: 'host' | 'modem';
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
 * The milliseconds since the line before; `>` for what the host says and `<` for what the modem says; the bytes, those of
 * printable ASCII as they are, others as `\r`, `\n`, `\\` or `\xNN`, and so a blank at the end of the line.
 */
export function formatBytes({ after, from, bytes }: RecordedBytes): string {
  const text = bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]|\\| $/g, (character) => shortEscapes[character] ?? hexadecimal(character));
  return `${after} ${from === 'host' ? '>' : '<'} ${text}\n`;
}

/**
 * Reads lines as {@link formatBytes} writes them; empty ones, and those that begin with `#`, say nothing. As each tells
 * its time from the one before, recordings can be put together, and cut, as texts.
 *
 * @throws Error with the number of the line that is none.
 */
export function parseRecording(text: string): readonly RecordedBytes[] {
  return text.split(/\r?\n/).flatMap((content, index) => {
    if (content === '' || content.startsWith('#')) return [];
    const [, after, arrow, escaped] = line.exec(content) ?? [];
    if (after === undefined || escaped === undefined) {
      throw new Error(`line ${index + 1} of the recording is none: ${JSON.stringify(content)}`);
    }
    return [{ after: Number(after), from: arrow === '>' ? 'host' : 'modem', bytes: unescaped(escaped) }];
  });
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
