import {
  catchError,
  concat,
  ignoreElements,
  map,
  Observable,
  of,
  type SchedulerLike,
  type Subscription,
  throwError,
  timer,
} from 'rxjs';

import { quiet, probeWhenQuiet, type ProbeOptions } from '../../executor/probeWhenQuiet';
import { AnswerLost } from '../../executor/unanswered';
import type { Wire } from '../../executor/wire';
import type { Frame } from '../../grammar/frame';
import { lookUpLink } from './linkList';
import { dataPatience, fail, isTaken, padWhenSilent, type PendingSend, type SendingLink } from './pendingSend';
import { BytesReplaced, ResultLost, SendCanceled, SendFailed } from './sendErrors';

/**
 * A `SEND OK` may come up to this many milliseconds after a `SEND FAIL`, because AT 1.x sends again by itself (seen on
 * 1.5 and 1.7.0).
 */
export const secondThoughts = 1_500;
/** The result may come up to this many milliseconds after the end of the link. */
const lateResult = 1_500;
/** Milliseconds, and byte times, after which a modem takes the next byte for the beginning of another chunk. */
const chunkPause = 20;
const chunkBytes = 10;
/** The words of ESP-AT when `+++` comes as a chunk of its own in the bytes of a send. */
const canceled = /^SEND Cancell?ed$/i;

/**
 * Writes the bytes to a modem that waits for them from now on, and waits for the result. Emits how many milliseconds the result
 * took after the modem had the bytes.
 *
 * @param pace The most milliseconds that the line takes for a byte.
 * @param isApart Whether the first byte is written alone, so that the others are not taken for a signal.
 *
 * Errors: {@link SendCanceled} if the modem has taken the bytes for a signal.
 */
export function delivered(send: PendingSend, bytes: Uint8Array, pace: number, isApart = false): Observable<number> {
  const { wire, command, link, length } = send;
  const begun = wire.clock.now();
  const progress: Progress = { since: begun, isWithModem: false, isReplaced: false, early: undefined };
  let isNoted = false;
  const stillBusy = (): void => {
    if (!isNoted) wire.note(inTheWay(send, wire.clock.now() - begun), link.id);
    isNoted = true;
    // A modem that still waited when it was asked has taken the question for bytes that the line had lost.
    if (!progress.isWithModem && progress.early === undefined) progress.isReplaced = true;
  };
  const options = (): ProbeOptions =>
    progress.isWithModem || progress.early !== undefined
      ? { stillBusy }
      : { stillBusy, quiet: quiet + pace * length, patience: dataPatience, tries: 1 };
  return resultOf(send, isApart ? writeApart(wire, bytes, pace) : wire.write(bytes), progress).pipe(
    probeWhenQuiet(wire, command, options),
    catchError((error: unknown) => {
      const { isWithModem, early } = progress;
      if (error instanceof AnswerLost) {
        if (early === undefined) return lost(send, error.lines);
        if (progress.isReplaced && wire.saysTaken) return throwError(() => new BytesReplaced(command));
        // AT 0.x never says `Recv`. From now on, a result counts without it.
        wire.saysTaken ??= false;
        return outcome(early, wire.clock, link).pipe(map(() => tookSince(progress, wire)));
      }
      return isWithModem ? throwError(() => error) : throwError(() => error).pipe(padWhenSilent(send));
    }),
  );
}

function tookSince({ since }: Progress, { clock }: Wire): number {
  return clock.now() - since;
}

/** Writes the first byte, and the others so much later that the modem takes them for another chunk. */
function writeApart(wire: Wire, bytes: Uint8Array, pace: number): Observable<never> {
  const pause$ = timer(chunkPause + chunkBytes * pace, wire.clock).pipe(ignoreElements());
  return concat(wire.write(bytes.subarray(0, 1)), pause$, wire.write(bytes.subarray(1)));
}

/** How far a send has come. */
interface Progress {
  /** When the modem had the bytes. Their time on the line says nothing about the peer. */
  since: number;
  isWithModem: boolean;
  /**
   * Whether other bytes may have taken the place of lost ones. It shows when the modem says `Recv` after that, or the result
   * without a `Recv`.
   */
  isReplaced: boolean;
  /**
   * The result that came before `Recv`: the late result of an earlier send, or that of this send, whose `Recv` was
   * lost.
   */
  early: boolean | undefined;
}

/**
 * Has the bytes written, and emits how long it took when the modem says that it has sent them. Errors with
 * {@link SendFailed}.
 */
function resultOf(send: PendingSend, writing$: Observable<never>, progress: Progress): Observable<number> {
  const { wire, command, link, length } = send;
  return new Observable((subscriber) => {
    let judging: Subscription | undefined;
    let hasEnded = false;
    const error = (cause: unknown): void => subscriber.error(cause);
    const failed = (what: string): void => error(new SendFailed(what));
    const isSent = (): void => {
      subscriber.next(tookSince(progress, wire));
      subscriber.complete();
    };
    const taken = (frame: Frame): void => {
      // If the line has damaged the announced length, the modem has taken only a part of the bytes.
      const isPart = frame.kind === 'taken' && frame.length !== length;
      if (isPart || (!progress.isWithModem && (progress.isReplaced || wire.probe.isOwed))) {
        error(new BytesReplaced(command));
        return;
      }
      Object.assign(progress, { since: wire.clock.now(), isWithModem: true, early: undefined });
      wire.saysTaken = true;
      if (wire.isMuteInSends && send.waitsForPeer) wire.probe.muted();
    };
    const sent = (ok: boolean): void => {
      if (!progress.isWithModem) {
        progress.early = ok;
        // A probe that has not been answered may have caused the result, because it may have taken the place of lost
        // bytes.
        progress.isReplaced ||= wire.probe.isOwed;
        if (wire.saysTaken !== false || wire.probe.isOwed) return;
      }
      judging?.unsubscribe();
      if (ok) isSent();
      else judging = outcome(ok, wire.clock, link).subscribe({ error });
    };
    const ended = (): void => {
      hasEnded = true;
      const end = (): void => {
        // Firmware does not wait for the peer of a connection that has ended.
        wire.probe.unmuted();
        failed('the connection ended before the modem said what had become of the bytes');
      };
      subscriber.add(wire.clock.schedule(end, lateResult));
    };
    subscriber.add(
      wire.frames$.subscribe({
        next: (frame) => {
          const isRefused = frame.kind === 'final' && frame.result !== 'OK';
          if (isRefused) failed('the modem answered ERROR in the place of SEND OK');
          else if (frame.kind === 'sent') sent(frame.ok);
          else if ('text' in frame && canceled.test(frame.text)) error(new SendCanceled(command));
          else if (isTaken(frame)) taken(frame);
          if (!hasEnded && link.isGone) ended();
        },
        error,
      }),
    );
    subscriber.add(() => judging?.unsubscribe());
    // A fast modem answers inside `write`.
    subscriber.add(writing$.subscribe({ error }));
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

/** Emits if the modem has sent the bytes, and errors after a while if it has not, because it may say so yet. */
function outcome(ok: boolean, scheduler: SchedulerLike, link: SendingLink): Observable<unknown> {
  if (ok) return of(ok);
  return timer(link.isOpen ? secondThoughts : 0, scheduler).pipe(
    map(() => fail(new SendFailed('the modem answered SEND FAIL'))),
  );
}

/** The line has lost the result. The list of links tells whether the connection still exists. */
function lost({ wire, link }: PendingSend, lines: readonly string[]): Observable<never> {
  return lookUpLink(wire, link.id).pipe(map(({ isThere }) => fail(new ResultLost(isThere, lines))));
}
