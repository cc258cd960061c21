import type { Observable, Subscription } from 'rxjs';
import { formatHeader, type RecordingHeader, RecordingWriter, type WatchEvent } from 'rx-usocket/watch';

/** So many bytes of a recording are kept. The oldest part of a longer one is dropped. */
const mostKept = 64 << 20;
/** How many characters one part has. */
const partSize = 256 << 10;

interface Part {
  /** The time from which its first line counts. */
  readonly begins: number;
  readonly text: Uint8Array<ArrayBuffer>;
}

/** What a session has kept, ready to be saved. */
export interface Kept {
  readonly header: RecordingHeader;
  readonly file: File;
}

/** Keeps what a session has told as the text of a recording, which takes little memory and is saved at once. */
export class RecordingKeeper {
  private readonly reading: Subscription;
  private readonly parts: Part[] = [];
  private writer: RecordingWriter | undefined;
  private lines: string[] = [];
  private begins = 0;
  /** Characters of the lines, and bytes of the parts. */
  private length = 0;
  private size = 0;
  private isCut = false;
  /** How often the driver has written, and how often its bytes were told. */
  private written = 0;
  private shown = 0;
  private hasBytes = false;
  /** Whether something is known to be missing among the bytes. */
  private hasGap = false;

  /** @param areBytesTold Whether bytes are told at present, or were not asked for. */
  constructor(
    batches$: Observable<readonly WatchEvent[]>,
    private readonly name: string,
    private readonly areBytesTold: () => boolean,
    private readonly most = mostKept,
  ) {
    this.reading = batches$.subscribe((batch) => {
      for (const event of batch) this.keep(event);
    });
  }

  /** Returns what is there so far; `undefined` if nothing has happened yet. */
  kept(): Kept | undefined {
    if (!this.writer) return undefined;
    this.endPart();
    const header: RecordingHeader = {
      name: this.name,
      begins: this.parts[0]?.begins ?? this.begins,
      hasEvents: true,
      bytes: !this.hasBytes ? 'none' : this.hasGap || this.shown < this.written ? 'some' : 'all',
      isCut: this.isCut,
    };
    const texts = this.parts.map(({ text }) => text);
    const file = new File([formatHeader(header), ...texts], fileName(this.name, header.begins), { type: 'text/plain' });
    return { header, file };
  }

  close(): void {
    this.reading.unsubscribe();
  }

  private keep(event: WatchEvent): void {
    this.writer ??= new RecordingWriter((this.begins = Math.round(event.time)));
    this.count(event);
    const line = this.writer.write(event);
    this.lines.push(line);
    this.length += line.length;
    if (this.length >= partSize) this.endPart();
  }

  private count(event: WatchEvent): void {
    if (event.type === 'bytes') {
      this.hasBytes = true;
      if (event.from === 'host') this.shown++;
    } else if (event.type === 'missed') {
      this.hasGap = true;
    } else if (event.type === 'said' && event.direction !== 'by driver') {
      if (event.direction === 'to modem') this.written++;
      this.hasGap ||= !this.areBytesTold();
    }
  }

  private endPart(): void {
    if (!this.writer || this.lines.length === 0) return;
    const text = new TextEncoder().encode(this.lines.join(''));
    this.parts.push({ begins: this.begins, text });
    this.begins = this.writer.base;
    this.lines = [];
    this.length = 0;
    this.size += text.length;
    while (this.size > this.most && this.parts.length > 1) {
      this.size -= this.parts.shift()?.text.length ?? 0;
      this.isCut = true;
    }
  }
}

/** `demo-2026-11-29-155201.txt`, in the time of this place. */
function fileName(name: string, time: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = new Date(time);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('');
  const plain = name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
  return `${plain === '' ? 'recording' : plain}-${day}-${clock}.txt`;
}
