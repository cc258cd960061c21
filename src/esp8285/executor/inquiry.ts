import { defer, EMPTY, filter, first, ignoreElements, merge, type Observable, share, Subject, takeWhile } from 'rxjs';

import type { Frame } from '../grammar/frame';

/** What a modem says to a question in the middle of a conversation. */
export type Inquired =
  /** It is at work, and has dropped the question. */
  | 'busy'
  /** It has nothing else to do: whatever it owed, it has said before. */
  | 'free'
  /** The same, and its settings are those of a start. */
  | 'started';

/** Five links are the driver's setting, one is the modem's own. */
export type LinkMode = 'several' | 'one';

/** The link mode in an answer to `AT+CIPMUX?`; what the line has left of a message that has lost its end may stand before. */
export function linkModeOf(frame: Frame): LinkMode | undefined {
  const digit = 'text' in frame ? /\+CIPMUX:([01])$/.exec(frame.text)?.[1] : undefined;
  return digit === undefined ? undefined : digit === '1' ? 'several' : 'one';
}

/**
 * A question that may be put in the middle of a conversation: whether the modem is still at it. What it says to that is
 * kept from the conversation.
 *
 *     frames of the modem    --CONNECT----------busy--------line--OK--
 *     frames$                --CONNECT--------------------------------
 *     ask()                  ----------^(ask)---(busy|)
 */
export class Inquiry {
  /** Hot. What the modem says, but for its answers to questions. */
  readonly frames$: Observable<Frame>;

  private readonly answers = new Subject<Inquired>();
  /** Questions that have not been answered. */
  private owed = 0;
  private linkMode: LinkMode | undefined;

  constructor(frames$: Observable<Frame>) {
    this.frames$ = frames$.pipe(
      filter((frame) => !this.isAnswer(frame)),
      share(),
    );
  }

  /** Whether a question has not been answered. */
  get isOwed(): boolean {
    return this.owed > 0;
  }

  /**
   * Cold: puts the question, and emits what the modem says to it.
   *
   * @param say$ Says a query whose answer names it.
   */
  ask(say$: Observable<never>): Observable<Inquired> {
    return defer(() => {
      this.owed++;
      return merge(this.listening(this.answers), say$).pipe(first());
    });
  }

  /** Completes when each question has been answered. */
  settled(): Observable<never> {
    return defer(() => (this.isOwed ? this.listening(this.answers).pipe(takeWhile(() => this.isOwed)) : EMPTY)).pipe(
      ignoreElements(),
    );
  }

  /** What has been asked will not be answered: the modem has started again, or owes more than that. */
  forget(): void {
    this.owed = 0;
    this.linkMode = undefined;
  }

  /** While somebody waits for an answer, the frames are looked at. */
  private listening<T>(answers$: Observable<T>): Observable<T> {
    return merge(answers$, this.frames$.pipe(ignoreElements()));
  }

  private isAnswer(frame: Frame): boolean {
    if (this.owed === 0) return false;
    const linkMode = linkModeOf(frame);
    if (linkMode !== undefined) {
      this.linkMode = linkMode;
      return true;
    }
    if (frame.kind !== 'busy' && (frame.kind !== 'final' || this.linkMode === undefined)) return false;
    const answer = frame.kind === 'busy' ? 'busy' : this.linkMode === 'one' ? 'started' : 'free';
    this.linkMode = undefined;
    this.owed--;
    this.answers.next(answer);
    return true;
  }
}
