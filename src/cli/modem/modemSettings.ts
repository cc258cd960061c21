import { askHidden } from '../console/askHidden';
import type { SerialSettings } from '../../transports';
import type { CommandContext } from '../console/context';
import { usageFailure } from '../console/exitCodes';
import type { ReportOptions } from '../console/reportingCommand';
import { type LineCommandOptions, type ModemCommandOptions, parseBaud } from './modemCommand';
import { reportOf } from '../console/report';
import { printable } from '../console/table';

/** Where the modem is. */
export interface LineSettings {
  readonly port: string;
  readonly baud: number | 'auto';
  /** Flow control and control signals. */
  readonly serial: Omit<SerialSettings, 'baudRate'>;
}

/** The network to join. */
export interface NetworkSettings {
  readonly ssid: string;
  /** Empty for an open network. */
  readonly key: string;
}

/** The line that the options or the environment name. Throws a usage failure without a port. */
export function lineSettings(options: LineCommandOptions, { environment }: CommandContext): LineSettings {
  const port = options.port ?? set(environment['RX_USOCKET_PORT']);
  if (port === undefined) {
    throw usageFailure('there is no port; try --port /dev/ttyUSB0, or --port emulator: without a modem');
  }
  const { lowerDtr, lowerRts, rtscts } = options;
  return {
    port,
    baud: options.baud ?? baudOf(set(environment['RX_USOCKET_BAUD'])),
    serial: { ...(lowerDtr && { dtr: false }), ...(lowerRts && { rts: false }), ...(rtscts && { rtscts }) },
  };
}

/**
 * The network that the options or the environment name, if any. Its key is asked for on a terminal, and given as an
 * argument with a warning, because other users of the machine see the arguments of all processes.
 */
export async function networkSettings(
  options: ModemCommandOptions,
  context: CommandContext,
): Promise<NetworkSettings | undefined> {
  const { environment } = context;
  const ssid = options.ssid ?? set(environment['RX_USOCKET_SSID']);
  if (options.key !== undefined) warnOfKey('--key', 'RX_USOCKET_KEY', options, context);
  if (ssid === undefined) {
    if (options.key !== undefined) throw usageFailure('--key is the key of a network; name it with --ssid');
    return undefined;
  }
  const given = options.key ?? environment['RX_USOCKET_KEY'];
  const question = `Key of ${printable(ssid)} (none for an open network): `;
  return { ssid, key: given ?? (await askKey(question, context)) ?? '' };
}

/** Warns of a key that was given as an argument. */
export function warnOfKey(option: string, variable: string, options: ReportOptions, context: CommandContext): void {
  const warning = `Warning: other users of this machine can see ${option}; set ${variable} instead, or leave it out to be asked for it.`;
  reportOf(options, context).note(warning);
}

/** Asks for a key on a terminal, without showing it. Resolves to `undefined` where there is no terminal. */
export async function askKey(question: string, context: CommandContext): Promise<string | undefined> {
  const canAsk = context.terminal && 'isTTY' in context.input && context.input.isTTY === true;
  return canAsk ? await askHidden(question, context) : undefined;
}

function baudOf(text: string | undefined): number | 'auto' {
  if (text === undefined) return 115_200;
  try {
    return parseBaud(text);
  } catch (cause) {
    throw usageFailure(`RX_USOCKET_BAUD is ${text}; it is a speed in bits per second, 115200, or auto`, { cause });
  }
}

/** A variable that is empty counts as not set. */
function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
