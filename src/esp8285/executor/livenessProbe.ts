import { defer, EMPTY, first, ignoreElements, merge, type Observable, Subject, takeWhile } from 'rxjs';

import type { Frame } from '../grammar/frame';
import { shareRest } from './shareRest';

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
  /**
   * Probes that were called busy, or dropped. Some firmware answers them later all the same (esp-at issues 731 and 993).
   */
  private refused = 0;
  /** Whether a probe is the last thing that was said. */
  private isLast = false;
  private mode: LinkMode | undefined;
  private isSending = false;

  constructor(frames$: Observable<Frame>) {
    this.frames$ = frames$.pipe(shareRest((frame) => this.isAnswer(frame)));
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
      this.isLast = true;
      return merge(this.listening(this.answers), say$).pipe(first());
    });
  }

  /** Something else was said. What comes from now on need not be the answer to a probe. */
  overtaken(): void {
    this.isLast = false;
  }

  /**
   * The modem sends, and answers nothing before it has the result: ESP-AT drops each line in silence meanwhile. So its
   * silence means no more than `busy` does.
   */
  muted(): void {
    this.isSending = true;
  }

  /** Whether the modem may be silent because it sends. */
  get isMute(): boolean {
    return this.isSending;
  }

  /** The send is over, although its result has not come. */
  unmuted(): void {
    if (this.isSending) this.hasSent(true);
  }

  /** How many probes that were called busy or dropped may still be answered. */
  get surplus(): number {
    return this.refused;
  }

  /** That many answers to the query of the probes may still come, and are for nobody. */
  expectSurplus(answers: number): void {
    this.refused = answers;
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
    this.refused = 0;
    this.isLast = false;
    this.mode = undefined;
    this.isSending = false;
  }

  /** Reads the frames while a caller waits for an answer. Otherwise nothing would notice it. */
  private listening<T>(answers$: Observable<T>): Observable<T> {
    return merge(answers$, this.frames$.pipe(ignoreElements()));
  }

  private isAnswer(frame: Frame): boolean {
    if (frame.kind === 'busy') return this.isBusy();
    if (this.isSending && (frame.kind === 'sent' || frame.kind === 'final')) this.hasSent(frame.kind === 'sent');
    if (this.owed === 0 && this.refused === 0) return false;
    const named = linkModeOf(frame);
    if (named !== undefined) {
      this.mode = named;
      return true;
    }
    const { mode } = this;
    if (frame.kind !== 'final' || mode === undefined) return false;
    this.mode = undefined;
    if (this.owed > 0) this.answer(mode === 'single' ? 'started' : 'free');
    else this.refused--;
    return true;
  }

  /** What was said meanwhile was dropped, except perhaps the last. */
  private hasSent(isResult: boolean): void {
    this.isSending = false;
    if (!isResult) return;
    this.refused += this.owed;
    this.owed = 0;
  }

  /** ESP-AT says `busy` for each piece in which a line reaches it, so one probe may cause several. */
  private isBusy(): boolean {
    if (this.owed === 0) return this.isLast;
    this.refused++;
    this.answer('busy');
    return true;
  }

  private answer(answer: ProbeAnswer): void {
    this.owed--;
    this.answers.next(answer);
  }
}
