import { catchError, concatMap, defer, map, Observable, of, retry, throwError, timer } from 'rxjs';

import type { Command } from '../../commands/command';
import { answer, Refusal } from '../../executor/answer';
import { answeredWithin } from '../../executor/answeredWithin';
import { type Exchange, sayUntil, slowestByte } from '../../executor/exchange';
import { probeWhenQuiet } from '../../executor/probeWhenQuiet';
import { retryLost } from '../../executor/retryLost';
import { lookUpLink } from './linkList';
import { dataPatience, fail, isTaken, padWhenSilent, type PendingSend, type SendingLink } from './pendingSend';
import { BytesReplaced, LinkGone, SendRefused } from './sendErrors';
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
    return wire.expectingPrompt(sayUntil(wire, command, promptOf(send))).pipe(
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

/** Emits when the modem waits for the bytes of the send: it has printed its prompt, or the prompt is lost. */
function promptOf({ wire, command }: PendingSend): Observable<undefined> {
  return new Observable((subscriber) => {
    let isPrompted = false;
    const error = (cause: unknown): void => subscriber.error(cause);
    const prompted = (): void => {
      if (isPrompted) return;
      // Before it is told, because a fast modem answers inside `write`.
      isPrompted = true;
      subscriber.next(undefined);
    };
    subscriber.add(
      wire.frames$.subscribe({
        next: (frame) => {
          if (frame.kind === 'prompt') prompted();
          else if (!isPrompted && isTaken(frame)) error(new BytesReplaced(command));
        },
        error,
      }),
    );
    subscriber.add(
      wire.frames$.pipe(answer(command)).subscribe({
        // After its `OK`, the modem waits for the bytes even if its prompt is lost.
        next: () => subscriber.add(wire.clock.schedule(prompted, promptPause)),
        error,
      }),
    );
  });
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
