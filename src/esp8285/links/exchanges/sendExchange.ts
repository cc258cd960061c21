import { catchError, concatMap, defer, map, type Observable, of, retry, throwError, timer } from 'rxjs';

import type { Command } from '../../commands/command';
import { Refusal } from '../../executor/answer';
import type { Exchange } from '../../executor/exchange';
import { retryLost } from '../../executor/retryLost';
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
      const waitsForPeer = deadline === sendDeadline;
      const send: PendingSend = { wire, command, link, length: bytes.length, waitsForPeer };
      return defer(() => {
        if (!link.isOpen) throw new LinkGone('nothing was sent');
        let isApart = false;
        return insistedPrompt(send).pipe(
          concatMap((pace) => delivered(send, bytes, pace, isApart)),
          retry({
            count: 1,
            delay: (error: unknown) => (error instanceof SendCanceled ? of((isApart = true)) : throwError(() => error)),
          }),
        );
      });
    },
  };
}

/** Says the command until there is a prompt, and then as {@link prompted}. */
function insistedPrompt(send: PendingSend): Observable<number> {
  const { link } = send;
  return prompted(send).pipe(
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
