import { parseBytes } from '../../testing/recording';
import { isWatchEvent } from '../events/checkEvent';
import type { WatchEvent } from '../events/watchEvent';
import { jsonWithoutKeys, KeyMask } from './keyMask';
import { objectOf, parseHeader, type RecordingHeader } from './recordingHeader';
import { RecordingError } from './recordingError';
import { TraceOfBytes } from './traceOfBytes';

/** An event of a recording as a remark. */
const marked = /^#([+-]\d+) (\{.*)$/;

/** Reads a recording piece by piece, in constant memory: what `RecordingWriter` has written, or `recordUart`. */
export class RecordingReader {
  /** What the recording says about itself; `undefined` if it says nothing, as one of `recordUart`. */
  header: RecordingHeader | undefined;
  /** How many lines have been read. */
  lines = 0;

  private readonly keys = new KeyMask();
  private derived: TraceOfBytes | undefined = new TraceOfBytes();
  private time = 0;
  private begun = '';

  /**
   * Takes the next piece of the text, and returns the events in it.
   *
   * @throws RecordingError for a line that cannot be read. The events before it are lost.
   */
  push(text: string): WatchEvent[] {
    const lines = (this.begun + text).split('\n');
    this.begun = lines.pop() ?? '';
    const events: WatchEvent[] = [];
    for (const line of lines) this.read(line, events);
    return events;
  }

  /** The text ends here. Returns the events that were not certain before. */
  end(): WatchEvent[] {
    const events: WatchEvent[] = [];
    if (this.begun !== '') this.read(this.begun, events);
    this.begun = '';
    events.push(...(this.derived?.end() ?? []));
    return events;
  }

  private read(ended: string, events: WatchEvent[]): void {
    const content = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    this.lines++;
    if (content.startsWith('#')) this.remark(content, events);
    else if (content !== '') this.bytes(content, events);
  }

  private bytes(content: string, events: WatchEvent[]): void {
    const recorded = parseBytes(content);
    if (!recorded) {
      throw new RecordingError(
        this.lines,
        `cannot be read; a line looks like \`3 < OK\\r\\n\`, and this one is ${found(content)}`,
      );
    }
    const { after, from, bytes } = recorded;
    this.time += after;
    const event: WatchEvent = { type: 'bytes', time: this.time, from, bytes: this.keys.mask(from, bytes) };
    events.push(event);
    if (this.derived) events.push(...this.derived.push(event));
  }

  private remark(content: string, events: WatchEvent[]): void {
    const header = parseHeader(content, this.lines);
    if (header) {
      this.header ??= header;
      this.time = header.begins;
      if (this.derived) events.push(...this.derived.end());
      this.derived = header.hasEvents ? undefined : new TraceOfBytes();
      return;
    }
    const [, after, json] = marked.exec(content) ?? [];
    if (json === undefined) return;
    const event = { ...objectOf(jsonWithoutKeys(objectOf(json) ?? {})), time: this.time + Number(after) };
    if (!isWatchEvent(event) || event.type === 'bytes') {
      throw new RecordingError(this.lines, `cannot be read; a remark has an event, and this one has ${found(json)}`);
    }
    events.push(event);
  }
}

const mostShown = 60;

function found(content: string): string {
  return JSON.stringify(content.length > mostShown ? `${content.slice(0, mostShown)}…` : content);
}
