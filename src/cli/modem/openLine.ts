import { filter, firstValueFrom, from, ignoreElements, lastValueFrom, merge } from 'rxjs';

import { machine } from '../..';
import type { Uart } from '../../streams';
import { abortError } from '../console/aborted';
import type { CommandContext } from '../console/context';
import { codeOf, type CommandFailure, exitCodes, failureOf } from '../console/exitCodes';
import type { LineSettings } from './modemSettings';

/** The speed at which a line is opened whose speed has to be found. */
const firstBaudRate = 115_200;

/** Opens the line that the settings name. Throws a usage failure for a port that is none. */
export function openLine({ port, baud, serial }: LineSettings, context: CommandContext): Uart {
  const open = context.openLine ?? ((path, rate, settings) => new machine.UART(path, rate, settings));
  try {
    return open(port, baud === 'auto' ? firstBaudRate : baud, serial);
  } catch (cause) {
    throw failureOf(cause, exitCodes.usage);
  }
}

/** Resolves when a line is open. Rejects with a failure that has the exit code when it cannot be, or the command is aborted. */
export async function lineOpened(line: Uart, { signal }: CommandContext): Promise<void> {
  const open$ = line.readiness$.pipe(filter(({ writable }) => writable));
  await firstValueFrom(merge(open$, line.rx$.pipe(ignoreElements()), abortError(signal))).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw lineFailure(cause);
  });
}

/** The failure of a command whose line cannot be opened, or is lost. */
export function lineFailure(cause: unknown): CommandFailure {
  return failureOf(cause, codeOf(cause) === 'EINVAL' ? exitCodes.usage : exitCodes.line);
}

/** Closes a line, and resolves when another program can open it. */
export async function closeLine(line: Uart): Promise<void> {
  await lastValueFrom(from(line.close()), { defaultValue: undefined });
}
