import { catchError, concatMap, map, type Observable, of, throwError, timer } from 'rxjs';

import type { Command } from '../../commands/command';
import { Refusal } from '../../executor/answer';
import type { Exchange } from '../../executor/exchange';
import { AnswerLost } from '../../executor/unanswered';
import { lookUpLink } from './linkList';
import { fail, type PendingSend, type SendingLink } from './pendingSend';
import { prompted } from './prompt';
import { LinkGone, SendCanceled, SendRefused } from './sendErrors';
import { delivered } from './sendResult';

/**
 * Milliseconds to `SEND OK`, which AT 1.x prints when the peer has acknowledged. A datagram does not wait for a peer,
 * but it may wait for the network, which a link survives for 30 s.
 */
export const sendDeadline = 75_000;
export const datagramDeadline = 40_000;
/** The end of the link may come up to this many milliseconds after a refusal. */
const lateEnd = 100;

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
      if (!link.isOpen) return throwError(() => new LinkGone('nothing was sent'));
      const waitsForPeer = deadline === sendDeadline;
      return sent({ wire, command, link, length: bytes.length, waitsForPeer }, bytes);
    },
  };
}

/** @param isApart Whether the modem has taken the bytes for a signal; see {@link delivered}. */
function sent(send: PendingSend, bytes: Uint8Array, isApart = false): Observable<number> {
  return insistedPrompt(send).pipe(
    concatMap((pace) => delivered(send, bytes, pace, isApart)),
    catchError((error: unknown) =>
      error instanceof SendCanceled && !isApart ? sent(send, bytes, true) : throwError(() => error),
    ),
  );
}

/**
 * Says the command until there is a prompt, and then as {@link prompted}.
 *
 * @param wasRefused Whether the command has been refused, and said again.
 * @param wasLost Whether it has been said again since, because the command or the prompt was lost: nothing has been sent.
 */
function insistedPrompt(send: PendingSend, wasRefused = false, wasLost = false): Observable<number> {
  return prompted(send).pipe(
    catchError((error: unknown) => {
      if (error instanceof AnswerLost && !wasLost) return insistedPrompt(send, wasRefused, true);
      if (!(error instanceof Refusal && send.link.isOpen)) return throwError(() => error);
      if (wasRefused) return throwError(() => new SendRefused(error, undefined));
      return stillThere(send, error).pipe(concatMap(() => insistedPrompt(send, true)));
    }),
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
