import { catchError, Observable, type OperatorFunction, throwError } from 'rxjs';

import type { LineHint } from '../../streams';
import { isPart } from '../commands/answerLines';
import type { Command } from '../commands/command';
import { isLogLine } from '../grammar/firmwareLine';
import type { Frame } from '../grammar/frame';

/** The modem answered a command with `ERROR` or `FAIL`, or with `OK` without doing it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /**
   * The reason that the modem has given beside the line. It is only declared, because an error is printed with all of its
   * properties, also with one that is `undefined`.
   */
  declare readonly hint?: LineHint;

  /**
   * @param shown The command, without secrets. It is a text and not the command itself, because errors are logged with
   *   all their fields.
   * @param lines What the modem said before its result, such as `'no ip'` or `'+CWJAP:2'`: the reason, where it gives
   *   one.
   */
  constructor(
    readonly shown: string,
    readonly result: 'ERROR' | 'FAIL' | 'OK',
    readonly lines: readonly string[],
    message = `${shown} was answered ${[...lines, result].join(' / ')}`,
    hint?: LineHint,
  ) {
    super(message);
    if (hint) this.hint = hint;
  }

  /** The same refusal, with a reason. */
  because(hint: LineHint): Refusal {
    return new Refusal(this.shown, this.result, this.lines, `${this.message}; ${hint.message}`, hint);
  }

  /**
   * The modem said `OK`, but its answer lacks something.
   *
   * @param what What is missing from its answer.
   * @param lines What it said instead.
   */
  static without(what: string, shown: string, lines: readonly string[] = []): Refusal {
    return new Refusal(shown, 'OK', lines, `${shown} was answered ${[...lines, 'OK'].join(' / ')}, without ${what}`);
  }
}

/**
 * Collects the lines of a command's answer and emits them at its `OK`. Errors with a {@link Refusal} at `ERROR` or
 * `FAIL`. Unsolicited messages and the echo of the command are not part of the answer. An unknown line is part of a
 * refusal, because it may be the reason. It is part of another answer only if it may be the rest of one of its lines.
 *
 *     frames$           --line--block--closed--line--OK--
 *     answer(command)   ------------------------------([line, line]|)
 */
export function answer(command: Command): OperatorFunction<Frame, readonly string[]> {
  return (frames$) =>
    new Observable((subscriber) => {
      const lines = new AnswerLines(command);
      return frames$.subscribe({
        next: (frame) => {
          const outcome = lines.hear(frame);
          if (outcome instanceof Refusal) {
            subscriber.error(outcome);
          } else if (outcome) {
            subscriber.next(outcome);
            subscriber.complete();
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}

/** What {@link answer} does, for a listener that has more to do. */
export class AnswerLines {
  private readonly said: Extract<Frame, { text: string }>[] = [];

  constructor(private readonly command: Command) {}

  /** Returns the lines of the answer, or the refusal, when the frame ends it. */
  hear(frame: Frame): readonly string[] | Refusal | undefined {
    const { command, said } = this;
    if ('text' in frame && isPart(frame.text, command)) said.push(frame);
    if (frame.kind !== 'final') return undefined;
    if (frame.result !== 'OK') return new Refusal(command.shown, frame.result, textsOf(said));
    return textsOf(command.isAnsweredFreely ? said : said.filter((line) => !isForeign(line)));
  }
}

/** Whether an unknown line cannot be a damaged line of the answer: it has no value in it. */
function isForeign({ kind, text }: Extract<Frame, { text: string }>): boolean {
  return kind === 'unknown' && (isLogLine(text) || !/["\d]/.test(text));
}

function textsOf(frames: readonly { readonly text: string }[]): readonly string[] {
  return frames.map(({ text }) => text);
}

/**
 * Goes on with something else when the modem has refused. Other errors pass.
 *
 *     source$              --#       (a Refusal)
 *     instead$               -b|
 *     ifRefused(instead$)  ---b|
 */
export function ifRefused<T, U>(instead$: Observable<U>): OperatorFunction<T, T | U> {
  return catchError((error: unknown) => (error instanceof Refusal ? instead$ : throwError(() => error)));
}
