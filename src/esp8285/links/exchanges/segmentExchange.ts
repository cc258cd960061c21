import {
  catchError,
  concatMap,
  defer,
  filter,
  first,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  take,
  tap,
} from 'rxjs';

import type { Command } from '../../commands/command';
import type { Exchange } from '../../executor/exchange';
import { probeWhenQuiet, quiet } from '../../executor/probeWhenQuiet';
import { retryLost } from '../../executor/retryLost';
import { AnswerLost } from '../../executor/unanswered';
import { dataPatience, fail, isTaken, padWhenSilent, type PendingSend, type SendingLink } from './pendingSend';
import { prompted } from './prompt';
import { BytesReplaced, LinkGone, SendFailed } from './sendErrors';

/** Milliseconds for all of it, the bytes on the slowest line included. */
const deadline = 30_000;
/** The number of the segment, and of the last one that was sent. */
const anyNumbers = /^(\d{1,10}),\d{1,10}$/;

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
      const send: PendingSend = { wire, command, link, length: bytes.length };
      return defer(() => {
        if (!link.isOpen) throw new LinkGone('nothing was sent');
        let { expected } = order;
        let number: number | undefined;
        const number$ = wire.frames$.pipe(
          tap((frame) => {
            if (frame.kind === 'line') number = numberOf(frame.text) ?? number;
          }),
          ignoreElements(),
        );
        const prompted$ = defer(() => wire.expectingNumbers(numbersAfter(expected), prompted(send))).pipe(
          // The command or the prompt was lost, so nothing has been sent. The modem may have counted it.
          tap({ error: () => (expected = undefined) }),
          retryLost(),
        );
        const taken$ = prompted$.pipe(concatMap((pace) => taken(send, bytes, pace, () => number ?? expected)));
        return merge(number$, taken$).pipe(
          take(1),
          map(() => number ?? expected),
        );
      });
    },
  };
}

function numbersAfter(expected: number | undefined): RegExp {
  return expected === undefined ? anyNumbers : new RegExp(`^(${expected}),\\d{1,10}$`);
}

function numberOf(text: string): number | undefined {
  const digits = anyNumbers.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Writes the bytes to a modem that waits for them, and emits when the modem has taken them. */
function taken(
  send: PendingSend,
  bytes: Uint8Array,
  pace: number,
  number: () => number | undefined,
): Observable<unknown> {
  const { wire, command, link, length } = send;
  return defer(() => {
    // A modem that still waited when it was asked has taken the question for bytes that the line had lost.
    let isReplaced = false;
    const stillBusy = () => (isReplaced = true);
    const check = () => {
      if (isReplaced || wire.probe.isOwed) fail(new BytesReplaced(command));
    };
    const taken$ = wire.frames$.pipe(
      // The result of the segment says the same, if `Recv` was lost.
      first((frame) => {
        const isResult = frame.kind === 'segment' && frame.link === link.id && frame.segment === number();
        return isTaken(frame) || isResult;
      }),
      tap((frame) => {
        // If the line has damaged the announced length, the modem has taken only a part of the bytes.
        isReplaced ||= frame.kind === 'taken' && frame.length !== length;
        check();
      }),
    );
    const refused$ = wire.frames$.pipe(
      filter((frame) => frame.kind === 'final' && frame.result !== 'OK'),
      map(() => fail(new SendFailed('the modem answered ERROR in the place of Recv'))),
    );
    return merge(taken$, refused$, wire.write(bytes)).pipe(
      take(1),
      probeWhenQuiet(wire, command, () => ({
        quiet: quiet + pace * length,
        patience: dataPatience,
        tries: 1,
        stillBusy,
      })),
      catchError((error: unknown) => {
        if (!(error instanceof AnswerLost)) throw error;
        // A modem that is free has taken all bytes, and only its `Recv` was lost.
        check();
        return of(error);
      }),
      padWhenSilent(send),
    );
  });
}
