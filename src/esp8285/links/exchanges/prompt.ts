import { Observable } from 'rxjs';

import { AnswerLines, Refusal } from '../../executor/answer';
import { answeredWithin } from '../../executor/answeredWithin';
import { sayUntil, slowestByte } from '../../executor/exchange';
import { probeWhenQuiet } from '../../executor/probeWhenQuiet';
import { dataPatience, isTaken, padWhenSilent, type PendingSend } from './pendingSend';
import type { Frame } from '../../grammar/frame';
import { BytesReplaced } from './sendErrors';

/** Milliseconds from the command to the prompt. */
const promptDeadline = 8_000;
/** The prompt counts as lost this many milliseconds after the `OK` of the command. */
const promptPause = 2_000;
/**
 * Bytes of the command and the prompt. Their time divided by this number is the most that one byte takes on the line.
 */
const promptBytes = 27;

/**
 * Says the command of a send, from now on. At the prompt, emits the most milliseconds that the line takes for a byte.
 *
 * Errors: a `Refusal`, or `AnswerLost` when the command or the prompt was lost. In both cases the modem has taken no
 * byte.
 */
export function prompted(send: PendingSend): Observable<number> {
  const { wire, command } = send;
  return wire.expectingPrompt(sayUntil(wire, command, promptOf(send))).pipe(
    probeWhenQuiet(wire, command, () => ({ patience: dataPatience, tries: 1 })),
    answeredWithin(promptDeadline, command.shown, wire),
    padWhenSilent(send),
  );
}

/** Emits the same when the modem waits for the bytes of the send: it has printed its prompt, or the prompt is lost. */
function promptOf({ wire, command }: PendingSend): Observable<number> {
  const { clock } = wire;
  const begun = clock.now();
  return new Observable((subscriber) => {
    const lines = new AnswerLines(command);
    let isAnswered = false;
    let isPrompted = false;
    const error = (cause: unknown): void => subscriber.error(cause);
    const prompted = (): void => {
      if (isPrompted) return;
      // Before it is told, because a fast modem answers inside `write`.
      isPrompted = true;
      subscriber.next(Math.min(slowestByte, (clock.now() - begun) / promptBytes));
    };
    const answered = (frame: Frame): void => {
      const outcome = lines.hear(frame);
      isAnswered = outcome !== undefined;
      if (outcome instanceof Refusal) error(outcome);
      // After its `OK`, or the number of a segment, the modem waits for the bytes even if the rest is lost.
      else if (outcome || isNumber(frame)) subscriber.add(clock.schedule(prompted, promptPause));
    };
    subscriber.add(
      wire.frames$.subscribe({
        next: (frame) => {
          if (frame.kind === 'prompt') prompted();
          else if (!isPrompted && isTaken(frame)) error(new BytesReplaced(command));
          else if (!isAnswered) answered(frame);
        },
        error,
      }),
    );
  });
}

/** Whether a frame is the line that names the segment. Without a send buffer, no line of numbers is expected. */
function isNumber(frame: Frame): boolean {
  return frame.kind === 'line' && /^\d+,\d+$/.test(frame.text);
}
