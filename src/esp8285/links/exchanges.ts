import {
  defer,
  filter,
  first,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  skipWhile,
  switchMap,
  take,
  timer,
  concat,
} from 'rxjs';

import { common } from '../commands/catalogue';
import type { Command } from '../commands/command';
import { answer, ifRefused } from '../executor/answer';
import { answeredWithin } from '../executor/answeredWithin';
import { type Exchange, sayUntil, simpleExchange, tryTo } from '../executor/exchange';
import type { Wire } from '../executor/wire';
import type { Frame } from '../grammar/frame';
import type { Reception } from './reception';

/**
 * Milliseconds: from the command to the prompt; from there to `Recv`, with the time that the bytes need at 2400 baud; and
 * in all to `SEND OK`, which AT 1.x prints when the peer has acknowledged. A datagram waits for nobody, but perhaps for the
 * network, without which a link lives 30 s.
 */
const promptDeadline = 5_000;
const takenDeadline = 10_000;
const sendDeadline = 75_000;
export const datagramDeadline = 40_000;
/** Milliseconds that a `SEND OK` may come behind a `SEND FAIL`: AT 1.x sends again by itself (seen on 1.5 and 1.7.0). */
const secondThoughts = 1_500;

/** The modem took the bytes and could not deliver them. */
export class SendFailed extends Error {
  override readonly name = 'SendFailed';
}

/** The link had ended before the send's turn came: nothing was said, for its number may be another's by then. */
export class LinkGone extends Error {
  override readonly name = 'LinkGone';
}

/**
 * Hands bytes to a link: command, prompt, bytes, result. The result names no link, so nothing else may be sent before.
 *
 * @param command Says to which link, and how many bytes.
 * @param isOpen Whether the link is still open, as far as the modem has said.
 */
export function sendExchange(
  command: Command,
  bytes: Uint8Array,
  isOpen: () => boolean,
  deadline = sendDeadline,
): Exchange<void> {
  return {
    shown: command.shown,
    deadline,
    converse: (wire, scheduler) => {
      const prompt$ = merge(
        wire.frames$.pipe(first(({ kind }) => kind === 'prompt')),
        wire.frames$.pipe(answer(command), ignoreElements()),
      );
      const prompted$ = wire
        .expectingPrompt(sayUntil(wire, scheduler, command, prompt$))
        .pipe(answeredWithin(promptDeadline, command.shown, wire, scheduler));
      // Without it the line has lost some of the bytes, and the modem waits for them: for ever, and with it everybody.
      const taken$ = wire.frames$.pipe(
        first(isTaken),
        answeredWithin(takenDeadline, command.shown, wire, scheduler),
        ignoreElements(),
      );
      return defer(() => {
        if (!isOpen()) throw new LinkGone('nothing was sent');
        return concat(
          prompted$.pipe(ignoreElements()),
          merge(sendResult(wire, scheduler, isOpen), taken$, wire.write(bytes)).pipe(take(1)),
        );
      });
    },
  };
}

function sendResult(wire: Wire, scheduler: SchedulerLike, isOpen: () => boolean): Observable<void> {
  return wire.frames$.pipe(
    // What comes before `Recv` is the late result of a send that was given up.
    skipWhile((frame) => !isTaken(frame)),
    filter((frame) => frame.kind === 'sent'),
    switchMap(({ ok }) => {
      if (ok) return of(undefined);
      return timer(isOpen() ? secondThoughts : 0, scheduler).pipe(
        map(() => {
          throw new SendFailed('the modem answered SEND FAIL');
        }),
      );
    }),
  );
}

function isTaken(frame: Frame): boolean {
  return frame.kind === 'taken' || (frame.kind === 'line' && frame.text.startsWith('Recv'));
}

/** Asks for bytes that wait in the modem. They come as a block of the link; nothing is emitted for them here. */
export function readExchange(link: number, size: number): Exchange<readonly string[]> {
  const exchange = simpleExchange(common.receive(link, size));
  return {
    ...exchange,
    converse: (wire, scheduler) => wire.expectingDataOf(link, exchange.converse(wire, scheduler), size),
  };
}

/** @param isGone Whether the link has ended by itself: closing its number then would close another's connection. */
export function closeExchange(link: number, isGone: () => boolean): Exchange<readonly string[]> {
  const exchange = simpleExchange(common.close(link));
  return {
    ...exchange,
    converse: (wire, scheduler) => defer(() => (isGone() ? of([]) : exchange.converse(wire, scheduler))),
  };
}

/** As {@link closeExchange}, with a reset. The number keeps its mode for whichever connection has it next: it is taken back. */
export function breakOffExchange(
  link: number,
  isGone: () => boolean,
  reception: Reception,
): Exchange<readonly string[]> {
  const exchange = simpleExchange(common.close(link));
  return {
    ...exchange,
    converse: (wire, scheduler) =>
      defer(() => {
        if (isGone()) return of([]);
        const setMode = (resets: boolean) => tryTo(wire, scheduler, reception.closeModeOf(link, resets));
        return concat(setMode(true), exchange.converse(wire, scheduler).pipe(ifRefused(of([]))), setMode(false));
      }),
  };
}
