import {
  filter,
  from,
  fromEvent,
  lastValueFrom,
  map,
  merge,
  type Observable,
  share,
  take,
  takeUntil,
  timer,
} from 'rxjs';

import { cutFrames } from '../../esp8285/grammar/cutFrames';
import type { Expectation } from '../../esp8285/grammar/expectation';
import type { Frame } from '../../esp8285/grammar/frame';
import type { Uart } from '../../streams';

/** What came of a line that was said. */
export type Answer = 'done' | 'failed' | 'wants data' | 'silent';

/** A conversation by hand: lines to the modem, and its frames. */
export class Dialogue {
  /** Hot. What the modem says. Errors when the line is lost. */
  readonly frames$: Observable<Frame>;
  /** What the modem may say next, which the grammar asks with each frame. */
  private readonly expecting = { prompt: false, reading: undefined as number | undefined, discards: 0 };

  constructor(private readonly line: Uart) {
    this.frames$ = line.rx$.pipe(cutFrames(this.expecting satisfies Expectation), share());
  }

  /** Says a command. */
  async say(command: string): Promise<void> {
    this.expecting.prompt = /^AT\+CIPSEND/i.test(command);
    const [, link] = /^AT\+CIPRECVDATA=(\d)/i.exec(command) ?? [];
    this.expecting.reading = link === undefined ? undefined : Number(link);
    await this.write(`${command}\r\n`);
  }

  /** Says data after a prompt, as they are. */
  async write(data: string): Promise<void> {
    await lastValueFrom(from(this.line.write(Buffer.from(data))), { defaultValue: undefined });
  }

  /**
   * Says something, and waits until the modem has answered, at most for that many milliseconds. Resolves to `undefined` when
   * it is aborted.
   */
  async ask(text: string, isData: boolean, longest: number, signal: AbortSignal): Promise<Answer | undefined> {
    const answer$ = this.frames$.pipe(
      map((frame) => answerOf(frame, isData, this.expecting.prompt)),
      filter((answer) => answer !== undefined),
    );
    const late$ = timer(longest).pipe(map((): Answer => 'silent'));
    const first$ = merge(answer$, late$).pipe(take(1), takeUntil(fromEvent(signal, 'abort')));
    // A fast modem answers while it is asked.
    const answered = lastValueFrom(first$, { defaultValue: undefined });
    const [answer] = await Promise.all([answered, isData ? this.write(text) : this.say(text)]);
    return answer;
  }
}

function answerOf(frame: Frame, isData: boolean, wantsPrompt: boolean): Answer | undefined {
  switch (frame.kind) {
    case 'final':
      // A prompt follows, or the result of the send.
      if (frame.result === 'OK') return wantsPrompt || isData ? undefined : 'done';
      return 'failed';
    case 'busy':
      return 'failed';
    case 'prompt':
      return 'wants data';
    case 'sent':
      return frame.ok ? 'done' : 'failed';
    default:
      return undefined;
  }
}
