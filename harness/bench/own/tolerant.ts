import { messageOf } from '../../../src/usocket/contract/messageOf';
import type { Task } from '../figures';
import type { Measuring, Served } from '../measuring';
import type { Measured } from '../messages';
import type { ProgramName } from '../results';
import type { OwnModem } from './ownModem';

/** Has a program carry out a task. Resolves to `undefined` if it has failed and the bench goes on without it. */
export type Measure = (name: ProgramName, task: Task, modem: Served) => Promise<Measured | undefined>;

/**
 * Goes on after the failure of a program: on a real line, a program without flow control may lose bytes where another one does not.
 * Rejects when the modem cannot be brought back.
 *
 * @param failures Gets why each program has failed.
 */
export function tolerant(
  programs: Pick<Measuring, 'measure' | 'restart'>,
  own: Pick<OwnModem, 'recover' | 'signal'>,
  failures: string[],
): Measure {
  return async (name, task, modem) => {
    own.signal.throwIfAborted();
    try {
      return await programs.measure(name, task, modem);
    } catch (error) {
      await programs.restart(name);
      await own.recover();
      failures.push(messageOf(error));
      return undefined;
    }
  };
}
