import type { WatchEvent } from '../events/watchEvent';
import { formatHeader } from './recordingHeader';
import { RecordingReader } from './recordingReader';
import { RecordingWriter } from './recordingWriter';

/**
 * Writes events as a recording, which the page of `rx-usocket watch` opens, and `replayUart` and `rx-usocket replay`
 * replay if it contains all bytes. It contains no key of a network.
 *
 * @param name What was recorded, such as the name of the line.
 */
export function writeRecording(events: readonly WatchEvent[], name: string): string {
  const begins = Math.round(events[0]?.time ?? 0);
  const bytes = events.some(({ type }) => type === 'bytes') ? 'all' : 'none';
  const writer = new RecordingWriter(begins);
  const header = formatHeader({ name, begins, hasEvents: true, bytes, isCut: false });
  return header + events.map((event) => writer.write(event)).join('');
}

/**
 * Reads the events of a recording: what {@link writeRecording} has written, or `recordUart` or `rx-usocket record`. For
 * the latter, commands and what the modem says are derived from the bytes. Their times count from 0, unless the recording
 * says when it began.
 *
 * @throws RecordingError for a line that cannot be read, with its number.
 */
export function readRecording(text: string): readonly WatchEvent[] {
  const reader = new RecordingReader();
  return [...reader.push(text), ...reader.end()];
}
