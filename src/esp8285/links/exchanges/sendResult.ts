import {
  catchError,
  defer,
  filter,
  first,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  type OperatorFunction,
  type SchedulerLike,
  switchMap,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';

import { quiet, probeWhenQuiet, type ProbeOptions } from '../../executor/probeWhenQuiet';
import { AnswerLost } from '../../executor/unanswered';
import { lookUpLink } from './linkList';
import { dataPatience, fail, isTaken, padWhenSilent, type PendingSend, type SendingLink } from './pendingSend';
import { BytesReplaced, ResultLost, SendFailed } from './sendErrors';

/**
 * A `SEND OK` may come up to this many milliseconds after a `SEND FAIL`, because AT 1.x sends again by itself (seen on
 * 1.5 and 1.7.0).
 */
const secondThoughts = 1_500;
/** The result may come up to this many milliseconds after the end of the link. */
const lateResult = 1_500;

/**
 * Writes the bytes to a modem that waits for them, and waits for the result. Emits how many milliseconds the result
 * took after the modem had the bytes.
 *
 * @param pace The most milliseconds that the line takes for a byte.
 */
export function delivered(send: PendingSend, bytes: Uint8Array, pace: number): Observable<number> {
  const { wire, command, link, length } = send;
  return defer(() => {
    const begun = wire.clock.now();
    /** When the modem had the bytes. Their time on the line says nothing about the peer. */
    let since = begun;
    let isWithModem = false;
    let isNoted = false;
    /**
     * The result that came before `Recv`: the late result of an earlier send, or that of this send, whose `Recv` was
     * lost.
     */
    let early: boolean | undefined;
    const taken$ = wire.frames$.pipe(
      tap((frame) => {
        if (frame.kind === 'sent' && !isWithModem) early = frame.ok;
        if (!isTaken(frame)) return;
        if (!isWithModem && wire.probe.isOwed) fail(new BytesReplaced(command));
        isWithModem = true;
        since = wire.clock.now();
        wire.saysTaken = true;
        early = undefined;
      }),
      ignoreElements(),
    );
    const result$ = wire.frames$.pipe(
      filter((frame) => frame.kind === 'sent'),
      // A probe that has not been answered may have caused the result, because it may have taken the place of lost
      // bytes.
      filter(() => isWithModem || (wire.saysTaken === false && !wire.probe.isOwed)),
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
    const stillBusy = (): void => {
      if (!isNoted) wire.note(inTheWay(send, wire.clock.now() - begun), link.id);
      isNoted = true;
    };
    const options = (): ProbeOptions =>
      isWithModem || early !== undefined
        ? { stillBusy }
        : { stillBusy, quiet: quiet + pace * length, patience: dataPatience, tries: 1 };
    return merge(taken$, result$, refused$, ended$, wire.write(bytes)).pipe(
      take(1),
      probeWhenQuiet(wire, command, options),
      catchError((error: unknown) => {
        if (error instanceof AnswerLost) {
          if (early === undefined) return lost(send, error.lines);
          // AT 0.x never says `Recv`. From now on, a result counts without it.
          wire.saysTaken ??= false;
          return of(early).pipe(outcome(wire.clock, link));
        }
        return isWithModem ? throwError(() => error) : throwError(() => error).pipe(padWhenSilent(send));
      }),
      map(() => wire.clock.now() - since),
    );
  });
}

/** For the trace. The firmware sends for one link at a time, so all other links wait for this one. */
function inTheWay({ link, length }: PendingSend, milliseconds: number): string {
  const seconds = (milliseconds / 1000).toFixed(1);
  return (
    `link ${link.id} stands in the way of everybody: after ${seconds} s the modem is still sending its ` +
    `${length} bytes, which its peer does not take`
  );
}

/** Turns the result of the send into a success or a failure. */
function outcome(scheduler: SchedulerLike, link: SendingLink): OperatorFunction<boolean, unknown> {
  return switchMap((ok) => {
    if (ok) return of(ok);
    return timer(link.isOpen ? secondThoughts : 0, scheduler).pipe(
      map(() => fail(new SendFailed('the modem answered SEND FAIL'))),
    );
  });
}

/** The line has lost the result. The list of links tells whether the connection still exists. */
function lost({ wire, link }: PendingSend, lines: readonly string[]): Observable<never> {
  return lookUpLink(wire, link.id).pipe(map(({ isThere }) => fail(new ResultLost(isThere, lines))));
}
