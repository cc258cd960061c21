import { catchError, defer, filter, map, type Observable, type OperatorFunction, take, throwError } from 'rxjs';

import type { LineHint } from '../../streams';
import type { Command } from '../commands/command';
import { isPart } from '../commands/answerLines';
import { isLogLine } from '../grammar/firmwareLine';
import type { Frame } from '../grammar/frame';

/** The modem said `ERROR` or `FAIL` to a command, or an `OK` that is none. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  /**
   * @param shown What was asked, without secrets. Not the command itself: errors are logged with all that they hold.
   * @param lines What the modem said before, `'no ip'`, `'+CWJAP:2'`: the reason, where it gives one.
   */
  constructor(
    readonly shown: string,
    readonly result: 'ERROR' | 'FAIL' | 'OK',
    readonly lines: readonly string[],
    message = `${shown} was answered ${[...lines, result].join(' / ')}`,
    /** Why, as the modem has told beside the line. */
    readonly hint?: LineHint,
  ) {
    super(message);
  }

  /** The same, with a word of why. */
  because(hint: LineHint): Refusal {
    return new Refusal(this.shown, this.result, this.lines, `${this.message}; ${hint.message}`, hint);
  }

  /**
   * The modem said `OK`, and not what was asked for.
   *
   * @param lines What it said instead.
   */
  static without(what: string, shown: string, lines: readonly string[] = []): Refusal {
    return new Refusal(shown, 'OK', lines, `${shown} was answered ${[...lines, 'OK'].join(' / ')}, without ${what}`);
  }
}

/**
 * Collects the lines of a command's answer and emits them at its `OK`. Errors with a {@link Refusal} at `ERROR` or
 * `FAIL`. What comes unasked in between is not part of the answer; its echo is not either. A line that nobody knows is
 * part of a refusal, where it may be the reason; of another answer only where it could be what is left of a line of it.
 *
 *     frames$           --line--block--closed--line--OK--
 *     answer(command)   ------------------------------([line, line]|)
 */
export function answer(command: Command): OperatorFunction<Frame, readonly string[]> {
  return (frames$) =>
    defer(() => {
      const said: Extract<Frame, { text: string }>[] = [];
      return frames$.pipe(
        map((frame) => {
          if ('text' in frame && isPart(frame.text, command)) said.push(frame);
          if (frame.kind !== 'final') return undefined;
          if (frame.result !== 'OK') throw new Refusal(command.shown, frame.result, textsOf(said));
          return textsOf(command.isAnsweredFreely ? said : said.filter((line) => !isForeign(line)));
        }),
        filter((answered) => answered !== undefined),
        take(1),
      );
    });
}

/** News, of which no value could be one of the answer's. */
function isForeign({ kind, text }: Extract<Frame, { text: string }>): boolean {
  return kind === 'unknown' && (isLogLine(text) || !/["\d]/.test(text));
}

function textsOf(frames: readonly { readonly text: string }[]): readonly string[] {
  return frames.map(({ text }) => text);
}

/** Goes on with something else where the modem has refused. */
export function ifRefused<T, U>(instead$: Observable<U>): OperatorFunction<T, T | U> {
  return catchError((error: unknown) => (error instanceof Refusal ? instead$ : throwError(() => error)));
}
