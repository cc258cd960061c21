import { type Observable, type SchedulerLike, Subject } from 'rxjs';

import { isReason } from '../commands/answerLines';
import type { Command } from '../commands/command';
import type { Frame } from '../grammar/frame';
import { ByteTrace } from './byteTrace';
import { frameText, printable } from './frameText';
import type { TraceEvent } from './traceEvent';

/** Shows subscribers what goes over the line. Without subscribers, it only tracks where a key may show. */
export class Trace {
  /** Hot. Each event comes before the driver acts on it; completes with the line. */
  readonly events$: Observable<TraceEvent>;
  /** The bytes themselves. */
  readonly bytes: ByteTrace;

  private readonly events = new Subject<TraceEvent>();
  /** The text of the command, and not the command, because an inspection of the interface shows its fields. */
  private lastShown = '';
  private isSecretLast = false;
  /**
   * Whether a command with a key has been said, and no later one has been answered. The echo of the key comes before
   * that answer.
   */
  private hasSaidSecret = false;

  constructor(private readonly scheduler: SchedulerLike) {
    this.events$ = this.events.asObservable();
    this.bytes = new ByteTrace(() => this.hasSaidSecret, scheduler);
  }

  said({ line, shown }: Command): void {
    this.lastShown = shown;
    this.isSecretLast = line !== shown;
    this.hasSaidSecret ||= this.isSecretLast;
    if (!this.events.observed) return;
    this.tell('to modem', 'command', linkOf(shown), { size: Buffer.byteLength(shown), text: printable(shown) });
  }

  wrote({ length: size }: Uint8Array): void {
    if (this.events.observed) this.tell('to modem', 'data', linkOf(this.lastShown), { size, text: `${size} bytes` });
  }

  heard(frame: Frame): void {
    if (this.events.observed) {
      const shown = frameText(frame);
      const isHidden = 'text' in frame && this.hasSaidSecret && !isReason(frame.text);
      const text = isHidden ? `a line of ${shown.size} bytes` : shown.text;
      this.tell('from modem', frame.kind, 'link' in frame ? frame.link : undefined, { ...shown, text });
    }
    if (!this.hasSaidSecret || frame.kind !== 'final') return;
    this.hasSaidSecret = this.isSecretLast;
    if (!this.hasSaidSecret) this.bytes.release();
  }

  /** Adds a note: what the driver does without or waits for, and why, or what has happened to the line. */
  noted(text: string, link?: number): void {
    if (!this.events.observed) return;
    this.tell('by driver', 'note', link, { size: Buffer.byteLength(text), text: printable(text) });
  }

  end(): void {
    this.bytes.end();
    this.events.complete();
  }

  private tell(
    direction: TraceEvent['direction'],
    kind: TraceEvent['kind'],
    link: number | undefined,
    shown: { readonly size: number; readonly text: string },
  ): void {
    this.events.next({ time: this.scheduler.now(), direction, kind, ...(link !== undefined && { link }), ...shown });
  }
}

/** The link that a command is about. Data go to the link of the last command. */
export function linkOf(shown: string): number | undefined {
  const digit = /^AT\+CIP(?:START|SEND|SENDBUF|BUFSTATUS|CLOSE|RECVDATA)=([0-4])(?:,|$)/.exec(shown)?.[1];
  return digit === undefined ? undefined : Number(digit);
}
