import { noop } from 'rxjs';

import { ESP8285 } from '../../esp8285';
import { printTrace, traceLine } from '../../printTrace';
import { longestDelay } from '../../streams/internal';
import { messageOf } from '../../usocket/contract/messageOf';
import type { CommandContext } from '../console/context';
import { codeOf, CommandFailure, exitCodes, failureOf } from '../console/exitCodes';
import type { LineCommandOptions, ModemCommandOptions } from './modemCommand';
import { downForGood, modemFailure, withLoss } from './modemLoss';
import { lineSettings, networkSettings } from './modemSettings';
import { closeLine, openLine } from './openLine';
import { reportOf } from '../console/report';
import { printable } from '../console/table';
import { withoutPassword } from '../../transports';

/** Milliseconds after which a command tells that it waits for a modem, which usually answers within one second. */
const modemPatience = 5_000;
/** The same for a network, whose address may take some seconds. */
const networkPatience = 10_000;

/**
 * Runs something with the interface that the options name, as {@link withInterface} does, after it has joined the network,
 * if the options name one.
 *
 * Rejects with a failure that has the exit code: of the line, of the modem or of the network, or with what `run` rejects
 * with; with the reason of the signal when it has aborted.
 */
export async function withModem<T>(
  options: ModemCommandOptions,
  context: CommandContext,
  run: (nic: ESP8285, context: CommandContext) => Promise<T>,
): Promise<T> {
  // A mistake there is told before the key is asked for.
  lineSettings(options, context);
  const network = await networkSettings(options, context);
  return await withInterface(options, context, async (nic, running) => {
    if (network) {
      const joining = nic.connect(network.ssid, network.key === '' ? null : network.key);
      const late = { after: networkPatience, what: `the network ${printable(network.ssid)}` };
      await tellIfLate(joining, late, options, context).catch((cause: unknown) => {
        throw failureOf(cause, codeOf(cause) === 'EINVAL' ? exitCodes.usage : exitCodes.network);
      });
    }
    return await run(nic, running).catch((error: unknown) => {
      if (codeOf(error) !== 'ENETUNREACH' || network) throw error;
      const why = messageOf(error).replace('; call nic.connect(ssid, key) first', '');
      const advice = '; name a network with --ssid, or join one first: rx-usocket join';
      throw new CommandFailure(`${why}${advice}`, exitCodes.network, { cause: error });
    });
  });
}

/**
 * Opens the line and the interface that the options name, and runs something with the interface. The interface is always
 * closed in the end. When the command is aborted it is closed at once, so that everything under way rejects, and what
 * `run` still does is waited for.
 *
 * @param run The signal of its context also aborts when the modem is down for good, for a command that would wait for ever.
 */
export async function withInterface<T>(
  options: LineCommandOptions,
  context: CommandContext,
  run: (nic: ESP8285, context: CommandContext) => Promise<T>,
): Promise<T> {
  const { signal } = context;
  const settings = lineSettings(options, context);
  signal.throwIfAborted();
  const line = openLine(settings, context);
  const nic = new ESP8285(line, {
    ...(settings.baud === 'auto' && { baud: 'auto' }),
    ...(settings.serial.rtscts && { flowControl: true }),
  });
  const close = async (): Promise<void> => {
    await nic.close();
    // After a failed start the interface has let the line go.
    await closeLine(line);
  };
  const closeNow = (): void => void close().catch(noop);
  const running = { ...context, signal: AbortSignal.any([signal, downForGood(nic, settings)]) };
  // A line such as that of `emulator:` does not keep the process running by itself.
  const keeping = setInterval(noop, longestDelay);
  signal.addEventListener('abort', closeNow);
  try {
    follow(nic, options, context);
    const late = { after: modemPatience, what: `the modem at ${withoutPassword(settings.port)} to answer` };
    await tellIfLate(nic.start(), late, options, context).catch((cause: unknown) => {
      throw modemFailure(cause, settings);
    });
    const result = await run(nic, running);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw withLoss(error, nic, settings);
  } finally {
    signal.removeEventListener('abort', closeNow);
    await close();
    clearInterval(keeping);
  }
}

/** Tells that a command waits for something, because a person would take it for one that hangs. */
async function tellIfLate<T>(
  expected: Promise<T>,
  { after, what }: { readonly after: number; readonly what: string },
  options: LineCommandOptions,
  context: CommandContext,
): Promise<T> {
  const { pace = 1 } = context;
  const late = setTimeout(() => {
    reportOf(options, context).note(`Still waiting for ${what}.`);
  }, after * pace);
  try {
    return await expected;
  } finally {
    clearTimeout(late);
  }
}

/** Prints what is said on the line, with `--verbose`. */
function follow(nic: ESP8285, options: LineCommandOptions, context: CommandContext): void {
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
