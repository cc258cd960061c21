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
import { probeWhenQuiet } from '../../executor/probeWhenQuiet';
import { retryLost } from '../../executor/retryLost';
import { lookUpLink } from './linkList';
import {
  throwBytesReplaced,
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
 * Milliseconds from the command to the prompt, and to `SEND OK`, which AT 1.x prints when the peer has acknowledged. A
 * datagram does not wait for a peer, but it may wait for the network, which a link survives for 30 s.
 */
const promptDeadline = 8_000;
const sendDeadline = 75_000;
export const datagramDeadline = 40_000;
/** The prompt counts as lost this many milliseconds after the `OK` of the command. */
const promptPause = 2_000;
/** The end of the link may come up to this many milliseconds after a refusal. */
const lateEnd = 100;
/**
 * Bytes of the command and the prompt. Their time divided by this number is the most that one byte takes on the line.
 */
const promptBytes = 27;

/**
 * Hands bytes to a link: command, prompt, bytes, result. The result names no link, so nothing else may be sent before
 * it comes. Emits how many milliseconds the result took after the modem had the bytes.
 *
 * @param command The command that names the link and the number of bytes.
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

/** Says the command. At the prompt, emits the most milliseconds that the line takes for a byte. */
function prompted(send: PendingSend): Observable<number> {
  const { wire, command, link } = send;
  return defer(() => {
    const begun = wire.clock.now();
    let isPrompted = false;
    const prompt$ = merge(
      wire.frames$.pipe(first(({ kind }) => kind === 'prompt')),
      // After its `OK`, the modem waits for the bytes even if its prompt is lost.
      wire.frames$.pipe(
        answer(command),
        switchMap(() => timer(promptPause, wire.clock)),
      ),
      // A fast modem answers inside `write`.
      wire.frames$.pipe(
        filter((frame) => !isPrompted && isTaken(frame)),
        throwBytesReplaced(command),
      ),
    ).pipe(tap(() => (isPrompted = true)));
    return wire.expectingPrompt(sayUntil(wire, command, prompt$)).pipe(
      probeWhenQuiet(wire, command, () => ({ patience: dataPatience, tries: 1 })),
      answeredWithin(promptDeadline, command.shown, wire),
      padWhenSilent(send),
      map(() => Math.min(slowestByte, (wire.clock.now() - begun) / promptBytes)),
    );
  }).pipe(
    // The command or the prompt was lost, so nothing has been sent.
    retryLost(),
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

/** The line may have damaged the command, or the `CLOSED` of the link may be lost. The list of links tells. */
function stillThere({ wire, link }: PendingSend, refusal: Refusal): Observable<unknown> {
  return lookUpLink(wire, link.id).pipe(
    concatMap(({ isThere }) =>
      isThere === false
        ? timer(lateEnd, wire.clock).pipe(map(() => fail(new SendRefused(refusal, isThere))))
        : of(true),
    ),
  );
}
