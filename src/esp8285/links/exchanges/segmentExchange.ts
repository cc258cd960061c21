import { catchError, concatMap, defer, map, Observable, of, tap, throwError } from 'rxjs';

import type { Command } from '../../commands/command';
import type { Exchange } from '../../executor/exchange';
import { hearing } from '../../executor/hearing';
import { probeWhenQuiet, type ProbeOptions, quiet } from '../../executor/probeWhenQuiet';
import { retryLost } from '../../executor/retryLost';
import { AnswerLost } from '../../executor/unanswered';
import type { Frame } from '../../grammar/frame';
import { dataPatience, isTaken, padWhenSilent, type PendingSend, type SendingLink } from './pendingSend';
import { prompted } from './prompt';
import { BytesReplaced, LinkGone, SendFailed } from './sendErrors';

/** Milliseconds for all of it, the bytes on the slowest line included. */
const deadline = 30_000;
/** The number of the segment, and of the last one that was sent. */
const anyNumbers = /^(\d{1,10}),(\d{1,10})$/;

/** A segment that is put into the send buffer of a link. */
export interface SegmentOrder {
  /** The command that names the link and the number of bytes. */
  readonly command: Command;
  readonly bytes: Uint8Array;
  /** The number that the modem will give it, if that is known. */
  readonly expected: number | undefined;
}

/**
 * Puts bytes into the send buffer of a link: command, number, prompt, bytes, `Recv`. The result comes later, and names
 * the link and the segment. So the modem is free for the next command after `Recv`. Emits the number of the segment;
 * `undefined` if that was lost.
 *
 * Errors: a `Refusal` if the modem has taken no byte.
 */
export function segmentExchange(order: SegmentOrder, link: SendingLink): Exchange<number | undefined> {
  const { command, bytes } = order;
  return {
    shown: command.shown,
    deadline,
    converse: (wire) => {
      if (!link.isOpen) return throwError(() => new LinkGone('nothing was sent'));
      const send: PendingSend = { wire, command, link, length: bytes.length };
      const number = new SegmentNumber(order.expected);
      return defer(() => wire.expectingNumbers(number.pattern, prompted(send))).pipe(
        tap({ error: () => number.doubt() }),
        // The command or the prompt was lost, so nothing has been sent.
        retryLost(),
        concatMap((pace) => taken(send, bytes, pace, number)),
        map(() => number.value),
        hearing(wire, (frame) => number.hear(frame)),
      );
    },
  };
}

/** The number that the modem gives to a segment. */
class SegmentNumber {
  private heard: number | undefined;
  /** The number of a command whose prompt was lost. */
  private lost: number | undefined;
  private isLostSent = false;

  constructor(private expected: number | undefined) {}

  get value(): number | undefined {
    return this.heard ?? this.expected;
  }

  /** Matches the line that names it. */
  get pattern(): RegExp {
    return this.expected === undefined ? anyNumbers : new RegExp(`^(${this.expected}),\\d{1,10}$`);
  }

  /** Whether the modem has sent other bytes after the lost prompt: what was said next. */
  get isReplaced(): boolean {
    return this.isLostSent;
  }

  hear(frame: Frame): void {
    const numbers = frame.kind === 'line' ? anyNumbers.exec(frame.text) : null;
    if (!numbers) return;
    const [own = 0, sent = 0] = numbers.slice(1).map(Number);
    this.heard = own;
    this.isLostSent = this.lost !== undefined && own > this.lost && sent >= this.lost;
  }

  /** The modem may have counted a command whose prompt was lost. */
  doubt(): void {
    this.lost ??= this.expected;
    this.expected = undefined;
  }
}

/** Writes the bytes to a modem that waits for them, and emits when the modem has taken them. */
function taken(send: PendingSend, bytes: Uint8Array, pace: number, number: SegmentNumber): Observable<unknown> {
  const { wire, command, length } = send;
  // The modem waits for the bytes in any case.
  const doubt = { isReplaced: number.isReplaced };
  // A modem that still waited when it was asked has taken the question for bytes that the line had lost.
  const stillBusy = (): void => void (doubt.isReplaced = true);
  const options: ProbeOptions = { quiet: quiet + pace * length, patience: dataPatience, tries: 1, stillBusy };
  return takenOf(send, bytes, number, doubt).pipe(
    probeWhenQuiet(wire, command, () => options),
    catchError((error: unknown) => {
      if (!(error instanceof AnswerLost)) return throwError(() => error).pipe(padWhenSilent(send));
      // A modem that is free has taken all bytes, and only its `Recv` was lost.
      return isWhole(send, doubt) ? of(error) : throwError(() => new BytesReplaced(command));
    }),
  );
}

/** Whether other bytes may have taken the place of lost ones. */
interface Doubt {
  isReplaced: boolean;
}

/** Writes the bytes, and emits when the modem says that it has taken them. */
function takenOf(send: PendingSend, bytes: Uint8Array, number: SegmentNumber, doubt: Doubt): Observable<unknown> {
  const { wire, command, link, length } = send;
  return new Observable((subscriber) => {
    const error = (cause: unknown): void => subscriber.error(cause);
    const taken = (frame: Frame): void => {
      // If the line has damaged the announced length, the modem has taken only a part of the bytes.
      doubt.isReplaced ||= frame.kind === 'taken' && frame.length !== length;
      if (!isWhole(send, doubt)) {
        error(new BytesReplaced(command));
        return;
      }
      subscriber.next(frame);
      subscriber.complete();
    };
    subscriber.add(
      wire.frames$.subscribe({
        next: (frame) => {
          if (frame.kind === 'final' && frame.result !== 'OK') {
            error(new SendFailed('the modem answered ERROR in the place of Recv'));
          } else if (isTaken(frame) || isResultOf(frame, link.id, number.value)) {
            taken(frame);
          }
        },
        error,
      }),
    );
    // A fast modem answers inside `write`.
    subscriber.add(wire.write(bytes).subscribe({ error }));
  });
}

/** Whether the modem has taken the bytes of the send, and not others. */
function isWhole({ wire }: PendingSend, { isReplaced }: Doubt): boolean {
  return !isReplaced && !wire.probe.isOwed;
}

/** Whether the modem says what has become of the segment. It has taken the bytes then, even if `Recv` was lost. */
function isResultOf(frame: Frame, link: number, segment: number | undefined): boolean {
  return frame.kind === 'segment' && frame.link === link && frame.segment === segment;
}
