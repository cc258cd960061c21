import { messageOf } from '../../usocket/contract/messageOf';
import { RecordingReader } from '../../watch/recordings/recordingReader';
import { usageFailure } from '../console/exitCodes';

/**
 * Throws a usage failure for a file that is no recording. Its first event shows that it is one. If the file is damaged after
 * that, the page says so, and offers what comes before.
 */
export function checkRecording(file: string, content: Buffer): void {
  try {
    if (hasEvents(content)) return;
  } catch (cause) {
    throw usageFailure(`${file}: ${messageOf(cause)}`, { cause });
  }
  throw usageFailure(`${file} is empty: nothing was recorded in it`);
}

function hasEvents(content: Buffer): boolean {
  const reader = new RecordingReader();
  for (const line of linesOf(content)) if (reader.push(line).length > 0) return true;
  return reader.end().length > 0;
}

/** The lines of a text with their newlines, one at a time, because the file may be large. */
function* linesOf(content: Buffer): Generator<string> {
  const decoder = new TextDecoder();
  for (let from = 0, to: number; from < content.length; from = to) {
    to = content.indexOf('\n', from) + 1 || content.length;
    yield decoder.decode(content.subarray(from, to), { stream: true });
  }
}
