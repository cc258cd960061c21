import { from, lastValueFrom, noop } from 'rxjs';

import { machine } from '../..';
import { ESP8285 } from '../../esp8285';
import { printTrace, traceLine } from '../../printTrace';
import type { Uart } from '../../streams';
import type { CommandContext } from './context';
import { codeOf, CommandFailure, exitCodes, usageFailure } from './exitCodes';
import type { ModemCommandOptions } from './modemCommand';
import { type LineSettings, lineSettings, networkSettings } from './modemSettings';
import { reportOf } from './report';

/**
 * Opens the line and the interface that the options name, joins the network if they name one, and runs something with the
 * interface. The interface is always closed in the end. When the command is aborted it is closed at once, so that
 * everything under way rejects, and what `run` still does is waited for.
 *
 * Rejects with a failure that has the exit code: of the line, of the modem or of the network, or with what `run` rejects
 * with; with the reason of the signal when it has aborted.
 */
export async function withModem<T>(
  options: ModemCommandOptions,
  context: CommandContext,
  run: (nic: ESP8285) => Promise<T>,
): Promise<T> {
  const { signal } = context;
  const settings = lineSettings(options, context);
  const network = await networkSettings(options, context);
  signal.throwIfAborted();
  const line = openLine(settings, context);
  const nic = new ESP8285(line, settings.baud === 'auto' ? { baud: 'auto' } : {});
  const close = async (): Promise<void> => {
    await nic.close();
    // After a failed start the interface has let the line go.
    await lastValueFrom(from(line.close()), { defaultValue: undefined });
  };
  const closeNow = (): void => void close().catch(noop);
  signal.addEventListener('abort', closeNow);
  try {
    follow(nic, options, context);
    await nic.start().catch((cause: unknown) => {
      throw startFailure(cause, settings);
    });
    if (network) {
      await nic.connect(network.ssid, network.key === '' ? null : network.key).catch((cause: unknown) => {
        throw failureOf(cause, codeOf(cause) === 'EINVAL' ? exitCodes.usage : exitCodes.network);
      });
    }
    const result = await run(nic);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    if (codeOf(error) !== 'ENETUNREACH' || network) throw error;
    throw failureOf(error, exitCodes.network, '; name a network with --ssid, or join one first: rx-usocket join');
  } finally {
    signal.removeEventListener('abort', closeNow);
    await close();
  }
}

/** Prints what is said on the line, with `--verbose`. */
function follow(nic: ESP8285, options: ModemCommandOptions, context: CommandContext): void {
  printTrace(nic);
  if (!options.verbose) return;
  const report = reportOf(options, context);
  nic.trace$.subscribe({
    next: (event) => {
      report.detail(traceLine(event));
    },
    // The command fails with this error.
    error: noop,
  });
}

/** Opens the line that the settings name. Throws a usage failure for a port that is none. */
export function openLine({ port, baud }: LineSettings, context: CommandContext): Uart {
  const open = context.openLine ?? ((path, baudRate) => new machine.UART(path, baudRate));
  try {
    return open(port, baud === 'auto' ? 115_200 : baud);
  } catch (cause) {
    throw usageFailure(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

const modemCodes: readonly (string | undefined)[] = ['EIO', 'EPROTO', 'EOPNOTSUPP', 'ETIMEDOUT'];

function startFailure(cause: unknown, { port }: LineSettings): CommandFailure {
  const isModem = modemCodes.includes(codeOf(cause));
  return isModem
    ? failureOf(cause, exitCodes.modem, `; rx-usocket doctor --port ${port} looks for the reason`)
    : failureOf(cause, codeOf(cause) === 'EINVAL' ? exitCodes.usage : exitCodes.line);
}

function failureOf(cause: unknown, exitCode: number, advice = ''): CommandFailure {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CommandFailure(`${why}${advice}`, exitCode, { cause });
}
