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

import { AnswerLost } from '../../executor/unanswered';
import { quiet, probeWhenQuiet, type ProbeOptions } from '../../executor/probeWhenQuiet';
import { askForLink } from './linkList';
import { dataPatience, fail, isTaken, padWhenSilent, type PendingSend, type SendingLink } from './pendingSend';
import { BytesReplaced, ResultLost, SendFailed } from './sendErrors';

/** Milliseconds that a `SEND OK` may come after a `SEND FAIL`: AT 1.x sends again by itself (seen on 1.5 and 1.7.0). */
const secondThoughts = 1_500;
/** Milliseconds that the result may come after the end of the link. */
const lateResult = 1_500;

/**
 * Gives the bytes to a modem that waits for them, and waits for what becomes of them. Emits the milliseconds between the
 * time that the modem had the bytes and the result.
 *
 * @param pace Milliseconds that the line takes over a byte, at most.
 */
export function delivered(send: PendingSend, bytes: Uint8Array, pace: number): Observable<number> {
  const { wire, command, link, length } = send;
  return defer(() => {
    const begun = wire.clock.now();
    /** Counted from when the modem has the bytes: their time on the line says nothing of the peer. */
    let since = begun;
    let isWithModem = false;
    let isNoted = false;
    /** The result that came before `Recv`: the late one of a send that was given up, or ours, whose `Recv` was lost. */
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
      // A result that comes while a probe is open may be its doing: the probe may have taken the place of lost bytes.
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
          // AT 0.x never says `Recv`: from now on a result counts without one.
          wire.saysTaken ??= false;
          return of(early).pipe(outcome(wire.clock, link));
        }
        return isWithModem ? throwError(() => error) : throwError(() => error).pipe(padWhenSilent(send));
      }),
      map(() => wire.clock.now() - since),
    );
  });
}

/** For the trace: the firmware sends for one link at a time, and this tells what everybody waits for. */
function inTheWay({ link, length }: PendingSend, milliseconds: number): string {
  const seconds = (milliseconds / 1000).toFixed(1);
  return (
    `link ${link.id} stands in the way of everybody: after ${seconds} s the modem is still sending its ` +
    `${length} bytes, which its peer does not take`
  );
}

/** Makes what the modem says of the bytes a success or a failure. */
function outcome(scheduler: SchedulerLike, link: SendingLink): OperatorFunction<boolean, unknown> {
  return switchMap((ok) => {
    if (ok) return of(ok);
    return timer(link.isOpen ? secondThoughts : 0, scheduler).pipe(
      map(() => fail(new SendFailed('the modem answered SEND FAIL'))),
    );
  });
}

/** The line has lost the result. The list of links tells whether the connection lives. */
function lost({ wire, link }: PendingSend, lines: readonly string[]): Observable<never> {
  return askForLink(wire, link.id).pipe(map(({ isThere }) => fail(new ResultLost(isThere, lines))));
}
