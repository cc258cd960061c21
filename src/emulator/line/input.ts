import { Observable, type SchedulerLike } from 'rxjs';

import { EscapeSequence } from './escapeSequence';

/** Takes bytes in place of the command line, and returns those that it leaves for the next command line. */
type Receiver = (bytes: Buffer) => Buffer;

/** Where bytes stand: at the beginning of a chunk, further on in it, or behind the payload that it ends. */
export type ChunkPlace = 'beginning' | 'further' | 'surplus';

export interface InputOptions {
  readonly scheduler: SchedulerLike;
  /** Bytes of a command line as they arrive, newlines included, for the echo. */
  readonly typed: (bytes: Buffer) => void;
  /** A line without its line end. `overlong`: it did not fit, and is cut off. */
  readonly line: (line: string, overlong: boolean) => void;
  /** Takes bytes that are no payload. Returns whether they are dropped, with the line that they belong to. */
  readonly drops: (bytes: Buffer, place: ChunkPlace) => boolean;
  /** Milliseconds without a byte after which the next one begins a chunk. */
  readonly chunkPause: () => number;
}

/** The longest command line, in bytes, its line end included. */
const lineLimit = 256;

/** A UART hands its bytes on when it has so many, even if more come. */
const longestChunk = 100;

const nothing = Buffer.alloc(0);

/** Divides the bytes from the host into command lines, and the payloads that commands ask for. */
export class Input {
  /** Ignores all bytes, as while booting. */
  deaf = false;

  private readonly parts: Buffer[] = [];
  private length = 0;
  private receiver: Receiver | undefined;
  /** When the last bytes came, and how many of the chunk have come. */
  private lastAt = -Infinity;
  private inChunk = 0;
  /** Whether the bytes that came last began a chunk. */
  private isNewChunk = true;

  constructor(private readonly options: InputOptions) {}

  feed(chunk: Buffer): void {
    let rest = chunk;
    let place = this.placeOf(chunk);
    while (rest.length > 0 && !this.deaf) {
      if (this.receiver !== undefined) {
        rest = this.receiver(rest);
        place = 'surplus';
        continue;
      }
      if (this.options.drops(rest, place)) {
        this.forgetLine();
        return;
      }
      const newline = rest.indexOf(0x0a);
      const piece = newline < 0 ? rest : rest.subarray(0, newline + 1);
      rest = rest.subarray(piece.length);
      this.options.typed(piece);
      // Beyond the limit only the length is kept, so that an endless line takes no memory.
      if (this.length <= lineLimit) this.parts.push(piece);
      this.length += piece.length;
      if (newline >= 0) this.endLine();
      place = 'further';
    }
  }

  /**
   * Emits the next `length` bytes as one buffer. Bytes that were typed before the prompt are dropped.
   *
   * @param options.cancel Completes without a payload on a lone `+++`.
   * @param options.early Ends at a lone `\0` and turns two backslashes into one, as for `CIPSENDEX`.
   */
  collect(length: number, options: { cancel?: boolean; early?: boolean } = {}): Observable<Buffer> {
    return new Observable((subscriber) => {
      const payload: Buffer[] = [];
      let missing = length;
      const take = (bytes: Buffer): Buffer => {
        const taken = bytes.subarray(0, missing);
        payload.push(taken);
        missing -= taken.length;
        if (missing === 0) finish();
        return bytes.subarray(taken.length);
      };
      const finish = (): void => {
        this.stopReceiving(receive);
        const bytes = Buffer.concat(payload);
        subscriber.next(
          options.early ? Buffer.from(bytes.toString('latin1').replaceAll('\\\\', '\\'), 'latin1') : bytes,
        );
        subscriber.complete();
      };
      const escape = this.escapeOf(options, take, () => {
        if (options.early) {
          finish();
          return;
        }
        this.stopReceiving(receive);
        subscriber.complete();
      });
      const receive: Receiver = (bytes) => {
        if (escape === undefined) return take(bytes);
        const isLast = escape.waiting + bytes.length >= missing;
        if (isLast && options.cancel && escape.isCompletedBy(bytes, this.isNewChunk)) {
          this.stopReceiving(receive);
          subscriber.complete();
          return nothing;
        }
        // Otherwise, a chunk that completes the payload is payload, even if it looks like an escape.
        if (isLast) return take(Buffer.concat([escape.drop(), bytes]));
        escape.push(bytes);
        return nothing;
      };
      this.receive(receive);
      return () => {
        escape?.drop();
        this.stopReceiving(receive);
      };
    });
  }

  /** Emits all bytes as they come, and completes on a lone `+++`. */
  untilEscape(): Observable<Buffer> {
    return new Observable((subscriber) => {
      const escape = new EscapeSequence({
        sequence: '+++',
        silenceAfter: true,
        scheduler: this.options.scheduler,
        bytes: (bytes) => subscriber.next(bytes),
        escaped: () => {
          this.stopReceiving(receive);
          subscriber.complete();
        },
      });
      const receive: Receiver = (bytes) => {
        escape.push(bytes);
        return nothing;
      };
      this.receive(receive);
      return () => {
        escape.drop();
        this.stopReceiving(receive);
      };
    });
  }

  /** Drops a line that has begun, and a payload that is expected. */
  clear(): void {
    this.receiver = undefined;
    this.forgetLine();
  }

  private escapeOf(
    options: { cancel?: boolean; early?: boolean },
    bytes: (bytes: Buffer) => unknown,
    escaped: () => void,
  ): EscapeSequence | undefined {
    if (!options.cancel && !options.early) return undefined;
    return new EscapeSequence({
      sequence: options.early ? '\\0' : '+++',
      silenceAfter: !options.early,
      scheduler: this.options.scheduler,
      bytes,
      escaped,
    });
  }

  private receive(receiver: Receiver): void {
    this.forgetLine();
    this.receiver = receiver;
  }

  private stopReceiving(receiver: Receiver): void {
    if (this.receiver === receiver) this.receiver = undefined;
  }

  private placeOf({ length }: Buffer): ChunkPlace {
    const now = this.options.scheduler.now();
    const isNew = now - this.lastAt > this.options.chunkPause() || this.inChunk >= longestChunk;
    this.lastAt = now;
    this.inChunk = isNew ? length : this.inChunk + length;
    this.isNewChunk = isNew;
    return isNew ? 'beginning' : 'further';
  }

  private endLine(): void {
    const text = Buffer.concat(this.parts).toString('latin1');
    const overlong = this.length > lineLimit;
    this.forgetLine();
    this.options.line(text.replace(/\r?\n$/, ''), overlong);
  }

  private forgetLine(): void {
    this.parts.length = 0;
    this.length = 0;
  }
}
