import {
  catchError,
  concat,
  concatMap,
  defer,
  filter,
  first,
  ignoreElements,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  type OperatorFunction,
  retry,
  type SchedulerLike,
  switchMap,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';

import type { Command } from '../commands/command';
import { answer, Refusal } from '../executor/answer';
import { answeredWithin } from '../executor/answeredWithin';
import { type Exchange, sayUntil, slowestByte } from '../executor/exchange';
import { fillSend } from '../executor/fillSend';
import { AnswerLost, Unanswered } from '../executor/unanswered';
import { quiet, whileAtWork, type WhileAtWorkOptions } from '../executor/whileAtWork';
import type { Wire } from '../executor/wire';
import type { Frame } from '../grammar/frame';
import { listed } from './listed';
import type { NumberedLink } from './numberedLink';

/**
 * Milliseconds: from the command to the prompt; and in all to `SEND OK`, which AT 1.x prints when the peer has
 * acknowledged. A datagram waits for nobody, but perhaps for the network, without which a link lives 30 s.
 */
const promptDeadline = 8_000;
const sendDeadline = 75_000;
export const datagramDeadline = 40_000;
/** Milliseconds from the `OK` of the command after which its prompt has been lost: it is waited for no more. */
const promptPause = 2_000;
/** Milliseconds that a modem may be silent that may wait for bytes: then it gets them. */
const dataPatience = 1_000;
/** Milliseconds that a `SEND OK` may come behind a `SEND FAIL`: AT 1.x sends again by itself (seen on 1.5 and 1.7.0). */
const secondThoughts = 1_500;
/** Milliseconds that the result may come behind the end of the link, and that its end may come behind a refusal. */
const lateResult = 1_500;
const lateEnd = 100;
/** Bytes of the command and the prompt: the line takes no longer over one of them than over all by their number. */
const promptBytes = 27;

/** The modem took the bytes and could not deliver them. */
export class SendFailed extends Error {
  override readonly name = 'SendFailed';
}

/** The link had ended before the send's turn came: nothing was said, for its number may be another's by then. */
export class LinkGone extends Error {
  override readonly name = 'LinkGone';
}

/** The modem has taken no byte. */
export class SendRefused extends Error {
  override readonly name = 'SendRefused';

  /** @param isThere Whether the modem has the link, where it says so. */
  constructor(
    readonly refusal: Refusal,
    readonly isThere: boolean | undefined,
  ) {
    super(`${refusal.message}; nothing was sent`);
  }
}

/** The modem has taken the bytes, and is done with them. */
export class ResultLost extends Error {
  override readonly name = 'ResultLost';

  /**
   * @param isThere Whether the modem has the link, where it says so.
   * @param lines What it has said that could not be understood: the result may be among it.
   */
  constructor(
    readonly isThere: boolean | undefined,
    lines: readonly string[],
  ) {
    const said = lines.length > 0 ? `; it has said ${lines.join(' / ')}` : '';
    super(`the modem has taken the bytes, and its result was lost on the line: they may have gone${said}`);
  }
}

/** What a send has to know of its link. */
type SendingLink = Pick<NumberedLink, 'id' | 'isGone'> & {
  /** Whether bytes may be handed to it, as far as the modem has said. */
  readonly canSend: boolean;
};

/**
 * Hands bytes to a link: command, prompt, bytes, result. The result names no link, so nothing else may be sent before.
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
      const said = { wire, command, link, length: bytes.length };
      return defer(() => {
        if (!link.canSend) throw new LinkGone('nothing was sent');
        return prompted(said).pipe(concatMap((pace) => delivered(said, bytes, pace)));
      });
    },
  };
}

interface Send {
  readonly wire: Wire;
  readonly command: Command;
  readonly link: SendingLink;
  readonly length: number;
}

/** Says the command, and emits at the prompt how many milliseconds the line takes over a byte, at most. */
function prompted(send: Send): Observable<number> {
  const { wire, command, link } = send;
  return defer(() => {
    const begun = wire.clock.now();
    let isPrompted = false;
    const prompt$ = merge(
      wire.frames$.pipe(first(({ kind }) => kind === 'prompt')),
      // The modem waits for the bytes, whether or not its prompt comes.
      wire.frames$.pipe(
        answer(command),
        switchMap(() => timer(promptPause, wire.clock)),
      ),
      // A fast modem answers inside `write`.
      wire.frames$.pipe(
        filter((frame) => !isPrompted && isTaken(frame)),
        misplaced(command),
      ),
    ).pipe(tap(() => (isPrompted = true)));
    return wire.expectingPrompt(sayUntil(wire, command, prompt$)).pipe(
      whileAtWork(wire, command, () => ({ patience: dataPatience, tries: 1 })),
      answeredWithin(promptDeadline, command.shown, wire),
      fillingUp(send),
      map(() => Math.min(slowestByte, (wire.clock.now() - begun) / promptBytes)),
    );
  }).pipe(
    // It has not been heard, or its prompt was lost: nothing has been sent.
    retry({ count: 1, delay: (error: unknown) => (error instanceof AnswerLost ? of(true) : throwError(() => error)) }),
    retry({
      count: 1,
      delay: (error: unknown) =>
        error instanceof Refusal && link.canSend ? stillThere(send, error) : throwError(() => error),
    }),
    catchError((error: unknown) =>
      throwError(() => (error instanceof Refusal && link.canSend ? new SendRefused(error, undefined) : error)),
    ),
  );
}

/** A refusal may be a mistake of the line's, or tell of an end that was not heard. */
function stillThere({ wire, link }: Send, refusal: Refusal): Observable<unknown> {
  return listed(wire, link.id).pipe(
    concatMap(({ isThere }) =>
      isThere === false
        ? timer(lateEnd, wire.clock).pipe(map(() => fail(new SendRefused(refusal, isThere))))
        : of(true),
    ),
  );
}

/** Gives the bytes, and waits for what becomes of them. */
function delivered(send: Send, bytes: Uint8Array, pace: number): Observable<number> {
  const { wire, command, link, length } = send;
  return defer(() => {
    const begun = wire.clock.now();
    /** Behind the bytes' time on the line, which says nothing of the peer. */
    let since = begun;
    let isWithModem = false;
    let isNoted = false;
    /** What came before `Recv`: the late result of a send that was given up; or `Recv` was lost. */
    let early: boolean | undefined;
    const taken$ = wire.frames$.pipe(
      tap((frame) => {
        if (frame.kind === 'sent' && !isWithModem) early = frame.ok;
        if (!isTaken(frame)) return;
        if (!isWithModem && wire.inquiry.isOwed) fail(damaged(command));
        isWithModem = true;
        since = wire.clock.now();
        wire.saysTaken = true;
        early = undefined;
      }),
      ignoreElements(),
    );
    const result$ = wire.frames$.pipe(
      filter((frame) => frame.kind === 'sent'),
      // What comes while a question is open may be its doing: it took the place of bytes that were lost.
      filter(() => isWithModem || (wire.saysTaken === false && !wire.inquiry.isOwed)),
      map(({ ok }) => ok),
      outcome(wire.clock, link),
    );
    const refused$ = wire.frames$.pipe(
      filter((frame) => frame.kind === 'final' && frame.result !== 'OK'),
      map(() => fail(new SendFailed('the modem answered ERROR in the place of SEND OK'))),
    );
    const ended$ = wire.frames$.pipe(
      first(() => link.isGone),
      switchMap(() => timer(lateResult, wire.clock)),
      map(() => fail(new SendFailed('the connection ended before the modem said what had become of the bytes'))),
    );
    const atWork = (): void => {
      if (!isNoted) wire.note(inTheWay(send, wire.clock.now() - begun), link.id);
      isNoted = true;
    };
    const options = (): WhileAtWorkOptions =>
      isWithModem || early !== undefined
        ? { atWork }
        : { atWork, quiet: quiet + pace * length, patience: dataPatience, tries: 1 };
    return merge(taken$, result$, refused$, ended$, wire.write(bytes)).pipe(
      take(1),
      whileAtWork(wire, command, options),
      catchError((error: unknown) => {
        if (error instanceof AnswerLost) {
          if (early === undefined) return lost(send, error.lines);
          // AT 0.x never says `Recv`: from now on its result is not waited for twice.
          wire.saysTaken ??= false;
          return of(early).pipe(outcome(wire.clock, link));
        }
        return isWithModem ? throwError(() => error) : throwError(() => error).pipe(fillingUp(send));
      }),
      map(() => wire.clock.now() - since),
    );
  });
}

/** Firmware sends for one link at a time: who looks for what everybody waits for finds it. */
function inTheWay({ link, length }: Send, milliseconds: number): string {
  const seconds = (milliseconds / 1000).toFixed(1);
  return (
    `link ${link.id} stands in the way of everybody: after ${seconds} s the modem is still sending its ` +
    `${length} bytes, which its peer does not take`
  );
}

/** What the modem says of the bytes. */
function outcome(scheduler: SchedulerLike, link: SendingLink): OperatorFunction<boolean, unknown> {
  return switchMap((ok) => {
    if (ok) return of(ok);
    return timer(link.canSend ? secondThoughts : 0, scheduler).pipe(
      map(() => fail(new SendFailed('the modem answered SEND FAIL'))),
    );
  });
}

function lost({ wire, link }: Send, lines: readonly string[]): Observable<never> {
  return listed(wire, link.id).pipe(map(({ isThere }) => fail(new ResultLost(isThere, lines))));
}

/** A modem that says nothing at all may wait for bytes, for ever, and with it everybody: it gets them. */
function fillingUp<T>({ wire, command, length }: Send): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    const fail$ = throwError(() => error);
    if (!(error instanceof Unanswered) || error instanceof AnswerLost || error instanceof Damaged) return fail$;
    const heard$ = merge(
      wire.frames$.pipe(first(isTaken), misplaced(command)),
      concat(fillSend(wire, length), timer(dataPatience, wire.clock)),
    );
    return concat(heard$.pipe(take(1), ignoreElements()), fail$);
  });
}

/** Bytes of the send were lost on their way, and others have taken their place. */
class Damaged extends Unanswered {}

function damaged({ shown }: Command): Damaged {
  const message = `the line lost bytes on their way to the modem, and others may have taken their place in ${shown}`;
  return new Damaged(shown, 0, message);
}

function misplaced(command: Command): OperatorFunction<Frame, never> {
  return map(() => fail(damaged(command)));
}

function isTaken(frame: Frame): boolean {
  return frame.kind === 'taken' || (frame.kind === 'line' && frame.text.startsWith('Recv'));
}

function fail(error: Error): never {
  throw error;
}
