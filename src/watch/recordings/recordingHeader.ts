import { RecordingError } from './recordingError';

/** What the first line of a recording says about it. */
export interface RecordingHeader {
  /** What was recorded, such as the name of a line or of a program. */
  readonly name: string;
  /** The time from which the time of the first line counts, in milliseconds since 1970. */
  readonly begins: number;
  /** Whether the recording has lines with events. Without them, the events are derived from the bytes. */
  readonly hasEvents: boolean;
  /** How much of what went over the line is there as bytes. `replayUart` of `rx-usocket/testing` needs all of it. */
  readonly bytes: 'all' | 'some' | 'none';
  /** Whether the beginning is missing, because it would have been too much to keep. */
  readonly isCut: boolean;
}

/** The format that this version writes. */
const version = 1;

const marked = /^#! rx-usocket recording (.*)$/;
const shares = ['all', 'some', 'none'] as const;

/** Writes the first line of a recording, with its newline. It is a remark in the notation of `formatBytes`. */
export function formatHeader({ name, begins, hasEvents, bytes, isCut }: RecordingHeader): string {
  const date = new Date(begins).toISOString();
  const content = { version, name, date, events: hasEvents, bytes, ...(isCut && { cut: true }) };
  return `#! rx-usocket recording ${JSON.stringify(content)}\n`;
}

/** Reads such a line. Returns `undefined` for any other line. */
export function parseHeader(content: string, line: number): RecordingHeader | undefined {
  const json = marked.exec(content)?.[1];
  if (json === undefined) return undefined;
  const read = objectOf(json);
  const format = read?.['version'];
  if (typeof format === 'number' && format > version) {
    throw new RecordingError(
      line,
      `has format ${format}, and this version reads format ${version}; use a newer version`,
    );
  }
  const date = typeof read?.['date'] === 'string' ? Date.parse(read['date']) : NaN;
  if (!read || format !== version || Number.isNaN(date)) {
    throw new RecordingError(line, `cannot be read; a header has "version":${version} and "date"`);
  }
  const { name, events, bytes, cut } = read;
  return {
    name: typeof name === 'string' ? name : '',
    begins: date,
    hasEvents: events === true,
    bytes: shares.find((share) => share === bytes) ?? 'all',
    isCut: cut === true,
  };
}

/** Returns the object of a JSON text, or `undefined` if it is something else. */
export function objectOf(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
