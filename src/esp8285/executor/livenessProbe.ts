import { defer, EMPTY, filter, first, ignoreElements, merge, type Observable, share, Subject, takeWhile } from 'rxjs';

import type { Frame } from '../grammar/frame';

/** The answer of a modem to a probe in the middle of a conversation. */
export type ProbeAnswer =
  /** It is still working, and has dropped the query. */
  | 'busy'
  /** It has finished, so everything else that it had to say has come before. */
  | 'free'
  /** The same, and its settings are those after a start. */
  | 'started';

/** How many links the modem allows (`AT+CIPMUX`): five by the driver's setting, one after a start. */
export type LinkMode = 'multiple' | 'single';

/** The mode in an answer to `AT+CIPMUX?`. A message that has lost its line end may stand before it. */
export function linkModeOf(frame: Frame): LinkMode | undefined {
  const digit = 'text' in frame ? /\+CIPMUX:([01])$/.exec(frame.text)?.[1] : undefined;
  return digit === undefined ? undefined : digit === '1' ? 'multiple' : 'single';
}

/**
 * A query in the middle of a conversation that shows whether the modem is still working. The conversation does not see
 * its answer.
 *
 *     frames of the modem    --CONNECT-----------busy--------line--OK--
 *     frames$                --CONNECT---------------------------------
 *     send()                 ----------^(query)--(busy|)
 */
export class LivenessProbe {
  /** Hot. What the modem says, except its answers to probes. */
  readonly frames$: Observable<Frame>;

  private readonly answers = new Subject<ProbeAnswer>();
  /** Probes that have not been answered. */
  private owed = 0;
  private mode: LinkMode | undefined;

  constructor(frames$: Observable<Frame>) {
    this.frames$ = frames$.pipe(
      filter((frame) => !this.isAnswer(frame)),
      share(),
    );
  }

  /** Whether a probe has not been answered. */
  get isOwed(): boolean {
    return this.owed > 0;
  }

  /**
   * Cold: sends a probe, and emits the answer of the modem.
   *
   * @param say$ Says a query whose answer names it.
   */
  send(say$: Observable<never>): Observable<ProbeAnswer> {
    return defer(() => {
      this.owed++;
      return merge(this.listening(this.answers), say$).pipe(first());
    });
  }

  /** Completes when each probe has been answered. */
  settled(): Observable<never> {
    return defer(() => (this.isOwed ? this.listening(this.answers).pipe(takeWhile(() => this.isOwed)) : EMPTY)).pipe(
      ignoreElements(),
    );
  }

  /**
   * No probe will be answered any more, because the modem has started again, or the driver gets in step with it anew.
   */
  forget(): void {
    this.owed = 0;
    this.mode = undefined;
  }

  /** Reads the frames while a caller waits for an answer. Otherwise nothing would notice it. */
  private listening<T>(answers$: Observable<T>): Observable<T> {
    return merge(answers$, this.frames$.pipe(ignoreElements()));
  }

  private isAnswer(frame: Frame): boolean {
    if (this.owed === 0) return false;
    const mode = linkModeOf(frame);
    if (mode !== undefined) {
      this.mode = mode;
      return true;
    }
    if (frame.kind !== 'busy' && (frame.kind !== 'final' || this.mode === undefined)) return false;
    const answer = frame.kind === 'busy' ? 'busy' : this.mode === 'single' ? 'started' : 'free';
    this.mode = undefined;
    this.owed--;
    this.answers.next(answer);
    return true;
  }
}
