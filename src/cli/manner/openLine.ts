import { from, lastValueFrom } from 'rxjs';

import { machine } from '../..';
import type { Uart } from '../../streams';
import type { CommandContext } from './context';
import { usageFailure } from './exitCodes';
import type { LineSettings } from './modemSettings';

/** The speed at which a line is opened whose speed has to be found. */
const firstBaudRate = 115_200;

/** Opens the line that the settings name. Throws a usage failure for a port that is none. */
export function openLine({ port, baud, serial }: LineSettings, context: CommandContext): Uart {
  const open = context.openLine ?? ((path, rate, settings) => new machine.UART(path, rate, settings));
  try {
    return open(port, baud === 'auto' ? firstBaudRate : baud, serial);
  } catch (cause) {
    throw usageFailure(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Closes a line, and resolves when another program can open it. */
export async function closeLine(line: Uart): Promise<void> {
  await lastValueFrom(from(line.close()), { defaultValue: undefined });
}
