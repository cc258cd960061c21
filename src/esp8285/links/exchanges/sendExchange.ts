import {
  catchError,
  concatMap,
  defer,
  filter,
  first,
  map,
  merge,
  type Observable,
  of,
  retry,
  switchMap,
  tap,
  throwError,
  timer,
} from 'rxjs';

import type { Command } from '../../commands/command';
import { answer, Refusal } from '../../executor/answer';
import { answeredWithin } from '../../executor/answeredWithin';
import { type Exchange, sayUntil, slowestByte } from '../../executor/exchange';
import { AnswerLost } from '../../executor/unanswered';
import { probeWhenQuiet } from '../../executor/probeWhenQuiet';
import { askForLink } from './linkList';
import {
  bytesReplaced,
  dataPatience,
  fail,
  isTaken,
  padWhenSilent,
  type PendingSend,
  type SendingLink,
} from './pendingSend';
import { LinkGone, SendRefused } from './sendErrors';
import { delivered } from './sendResult';

/**
 * Milliseconds: from the command to the prompt; and in all to `SEND OK`, which AT 1.x prints when the peer has
 * acknowledged. A datagram waits for no peer, but perhaps for the network, without which a link lives 30 s.
 */
const promptDeadline = 8_000;
const sendDeadline = 75_000;
export const datagramDeadline = 40_000;
/** Milliseconds after the `OK` of the command at which its prompt is taken for lost. */
const promptPause = 2_000;
/** Milliseconds that the end of the link may come after a refusal. */
const lateEnd = 100;
/** Bytes of the command and the prompt. The line takes no longer over one byte than over all of these, divided by their number. */
const promptBytes = 27;

/**
 * Hands bytes to a link: command, prompt, bytes, result. The result names no link, so nothing else may be sent before it.
 * Emits the milliseconds between the time that the modem had the bytes and the result.
 *
 * @param command Says to which link, and how many bytes.
 */
export function sendExchange(
  command: Command,
  bytes: Uint8Array,
  link: SendingLink,
  deadline = sendDeadline,
): Exchange<number> {
  return {
    shown: command.shown,
    deadline,
    converse: (wire) => {
      const send: PendingSend = { wire, command, link, length: bytes.length };
      return defer(() => {
        if (!link.isOpen) throw new LinkGone('nothing was sent');
        return prompted(send).pipe(concatMap((pace) => delivered(send, bytes, pace)));
      });
    },
  };
}

/** Says the command, and emits at the prompt how many milliseconds the line takes over a byte, at most. */
function prompted(send: PendingSend): Observable<number> {
  const { wire, command, link } = send;
  return defer(() => {
    const begun = wire.clock.now();
    let isPrompted = false;
    const prompt$ = merge(
      wire.frames$.pipe(first(({ kind }) => kind === 'prompt')),
      // After its `OK` the modem waits for the bytes, whether or not its prompt comes.
      wire.frames$.pipe(
        answer(command),
        switchMap(() => timer(promptPause, wire.clock)),
      ),
      // A fast modem answers inside `write`.
      wire.frames$.pipe(
        filter((frame) => !isPrompted && isTaken(frame)),
        bytesReplaced(command),
      ),
    ).pipe(tap(() => (isPrompted = true)));
    return wire.expectingPrompt(sayUntil(wire, command, prompt$)).pipe(
      probeWhenQuiet(wire, command, () => ({ patience: dataPatience, tries: 1 })),
      answeredWithin(promptDeadline, command.shown, wire),
      padWhenSilent(send),
      map(() => Math.min(slowestByte, (wire.clock.now() - begun) / promptBytes)),
    );
  }).pipe(
    // The command was not heard, or the prompt was lost: nothing has been sent.
    retry({ count: 1, delay: (error: unknown) => (error instanceof AnswerLost ? of(true) : throwError(() => error)) }),
    retry({
      count: 1,
      delay: (error: unknown) =>
        error instanceof Refusal && link.isOpen ? stillThere(send, error) : throwError(() => error),
    }),
    catchError((error: unknown) =>
      throwError(() => (error instanceof Refusal && link.isOpen ? new SendRefused(error, undefined) : error)),
    ),
  );
}

/** The line may have damaged the command, or the link may have ended unheard. The list of links tells. */
function stillThere({ wire, link }: PendingSend, refusal: Refusal): Observable<unknown> {
  return askForLink(wire, link.id).pipe(
    concatMap(({ isThere }) =>
      isThere === false
        ? timer(lateEnd, wire.clock).pipe(map(() => fail(new SendRefused(refusal, isThere))))
        : of(true),
    ),
  );
}
