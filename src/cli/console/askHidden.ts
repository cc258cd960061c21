import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { firstValueFrom, fromEvent, map, merge } from 'rxjs';

import { abortError } from './aborted';
import type { CommandContext } from './context';
import { CommandFailure, exitCodes } from './exitCodes';

/**
 * Asks on a terminal for something that must not be seen, and resolves to the line that is typed. Rejects when the command is
 * aborted, and with Ctrl-C or Ctrl-D at the question.
 */
export async function askHidden(question: string, { input, errors, signal }: CommandContext): Promise<string> {
  signal.throwIfAborted();
  // With `terminal` the terminal itself echoes nothing, and the echo of readline goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, written) => written() });
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  errors.write(question);
  try {
    const answer$ = fromEvent(lines, 'line').pipe(map(String));
    const ended$ = merge(fromEvent(lines, 'SIGINT'), fromEvent(lines, 'close')).pipe(
      map((): never => {
        throw new CommandFailure('', exitCodes.interrupted);
      }),
    );
    return await firstValueFrom(merge(answer$, ended$, abortError(signal)));
  } finally {
    lines.close();
    errors.write('\n');
  }
}
