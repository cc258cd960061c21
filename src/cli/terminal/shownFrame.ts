import type { Frame } from '../../esp8285/grammar/frame';
import { frameText, printable } from '../../esp8285/trace/frameText';

/** Frames that do not belong to the answer of a command. */
const notices: ReadonlySet<Frame['kind']> = new Set<Frame['kind']>([
  ...(['opened', 'closed', 'wifi', 'notice', 'station', 'booting', 'booted'] as const),
  ...(['unknown', 'fragment', 'noise', 'damage', 'block'] as const),
]);

/** How many bytes a line of a dump has. */
const perLine = 16;

/** A command that contains a key, its echo, or the answer to `AT+CWSAP?`. */
const secret = /^\s*(?:AT)?\+CW(?:(?:[JS]AP(?:_CUR|_DEF)?|JEAP|STARTSMART)\s*=|SAP(?:_CUR|_DEF)?:)/i;
/** What may be shown of it: up to the name, or to the first comma if it is written wrongly. */
const beforeKey = /^(?:[^",]*"(?:\\.|[^"\\])*"\s*,\s*|[^,]*,\s*)(?=\S)/;

/** How a frame is shown: answers as they are, notices behind a `#`, payloads as a dump of their bytes. */
export function shownFrame(frame: Frame): string {
  if (!notices.has(frame.kind)) return withoutKeys(frameText(frame).text);
  const link = 'link' in frame && frame.link !== undefined ? `link ${frame.link}: ` : '';
  const text = `# ${link}${withoutKeys(frameText(frame).text)}`;
  return frame.kind === 'block' ? [text, ...dump(frame.bytes)].join('\n') : text;
}

/** Hides what follows the name in a line about a network, because that is its key, also if it is written wrongly. */
export function withoutKeys(line: string): string {
  if (!secret.test(line)) return line;
  const [before] = beforeKey.exec(line) ?? [];
  return before === undefined ? line : `${before}…`;
}

/** Whether a line that is typed contains a key. */
export function hasKey(line: string): boolean {
  return withoutKeys(line) !== line;
}

function dump(bytes: Buffer): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    const part = bytes.subarray(at, at + perLine);
    const digits = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = printable(part.toString('latin1')).replace(/[^\x20-\x7e]/g, '.');
    lines.push(`  ${at.toString(16).padStart(4, '0')}  ${digits.padEnd(perLine * 3)} ${text}`);
  }
  return lines;
}
