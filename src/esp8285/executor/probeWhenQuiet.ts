import {
  defer,
  type MonoTypeOperatorFunction,
  Observable,
  of,
  retry,
  type Subscription,
  throwError,
  timeout,
  TimeoutError,
} from 'rxjs';

import { isPart } from '../commands/answerLines';
import { common } from '../commands/catalogue';
import type { Command } from '../commands/command';
import type { Frame } from '../grammar/frame';
import { Countdown } from '../time/countdown';
import { converseHearing } from './hearing';
import type { ProbeAnswer } from './livenessProbe';
import { AnswerLost, Unanswered } from './unanswered';
import type { Wire } from './wire';

/** The modem is probed after this many milliseconds without a sign of the answer. */
export const quiet = 2_500;
/** Milliseconds that the modem may take for a probe, and how many probes a silent modem gets. */
const usualPatience = 2_000;
const usualTries = 3;
/** An answer counts as complete after this many milliseconds without a byte. */
const lull = 500;

export interface ProbeOptions {
  /** Milliseconds without a sign of the answer before a probe. Default: {@link quiet}. */
  readonly quiet?: number;
  /** Milliseconds that the modem may take for a probe. Default: 2000. */
  readonly patience?: number;
  /** How many probes a silent modem gets. Default: 3. */
  readonly tries?: number;
  /** The most bytes of the command's answer. No probe is sent while these may still come. Default: 0. */
  readonly longest?: number;
  /** Called each time the modem says that it is busy. */
  readonly stillBusy?: () => void;
}

/** The modem has started again, and its `ready` was not heard. */
export class StartedUnnoticed extends Error {
  override readonly name = 'StartedUnnoticed';
}

/**
 * Waits for the end of a conversation as long as the modem works on it. The line that ends the conversation may be
 * lost, or come in unknown words. So the modem is probed with a harmless query when nothing has come for a while. A
 * modem that is still working says `busy`, or nothing at all if it is mute. A modem that answers has finished, and
 * everything else that it had to say has come before.
 *
 * Unsolicited messages are not a sign of the answer: data, `CONNECT` and `CLOSED`, and lines.
 *
 * @param options Called before each probe.
 *
 * Errors: {@link AnswerLost} when the modem has finished, {@link Unanswered} when it is silent,
 * {@link StartedUnnoticed}.
 */
export function probeWhenQuiet<T>(
  wire: Wire,
  command: Command,
  options: () => ProbeOptions = () => ({}),
): MonoTypeOperatorFunction<T> {
  return (conversation$) =>
    new Observable((subscriber) => {
      const { clock, timer } = wire;
      const { longest = 0 } = options();
      const before = wire.receivedBytes;
      const begun = clock.now();
      const took = () => clock.now() - begun;
      const lines: string[] = [];
      let probing: Subscription | undefined;
      /** Whether the conversation has begun. */
      let hasBegun = false;
      /** Milliseconds since the answer has last come, if it is still coming. */
      const pause = () => {
        const isAnswer = wire.receivedBytes > before && wire.receivedBytes - before <= longest;
        return isAnswer ? clock.now() - wire.receivedAt : Infinity;
      };
      const fail = (error: unknown) => subscriber.error(error);

      const countdown = new Countdown(timer, () => {
        if (pause() < lull) countdown.restart(lull - pause());
        else probing = probe(wire, options()).subscribe({ next: heard, error: unanswered, complete: restart });
      });
      function restart(): void {
        // A fast modem answers a probe at once, and the answer may have ended the conversation.
        if (subscriber.closed || !hasBegun) return;
        probing?.unsubscribe();
        countdown.restart(options().quiet ?? quiet);
      }
      function heard(said: ProbeAnswer): void {
        if (said === 'started' && wire.isSetUp) fail(new StartedUnnoticed('the modem has started again unnoticed'));
        else if (said !== 'busy') fail(new AnswerLost(command.shown, lines, took()));
        else options().stillBusy?.();
      }
      function unanswered(error: unknown): void {
        if (!(error instanceof TimeoutError)) {
          fail(error);
        } else if (wire.probe.isMute) {
          heard('busy');
          restart();
        } else {
          fail(new Unanswered(command.shown, took()));
        }
      }

      subscriber.add(() => {
        countdown.stop();
        probing?.unsubscribe();
      });
      const hear = (frame: Frame): void => {
        if ('text' in frame && isPart(frame.text, command)) lines.push(frame.text);
        if (isSign(frame, command)) restart();
      };
      subscriber.add(wire.said$.subscribe({ next: restart, error: fail }));
      converseHearing(conversation$, wire, hear, subscriber);
      // Last, so that the command is on its way. A fast modem has answered it by now.
      if (subscriber.closed) return;
      hasBegun = true;
      restart();
    });
}

function probe(wire: Wire, { patience = usualPatience, tries = usualTries }: ProbeOptions): Observable<ProbeAnswer> {
  return defer(() => wire.sendProbe(common.askMultipleLinks)).pipe(
    timeout({ first: patience, scheduler: wire.clock }),
    retry({
      count: tries - 1,
      delay: (error: unknown) => (error instanceof TimeoutError ? of(true) : throwError(() => error)),
    }),
  );
}

/** Whether only a command can have caused a frame. */
function isSign({ kind }: Frame, { shown }: Command): boolean {
  if (kind === 'wifi') return shown.startsWith('AT+CWJAP');
  return kind === 'final' || kind === 'busy' || kind === 'prompt' || kind === 'taken' || kind === 'sent';
}
