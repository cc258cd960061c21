import { type Command, InvalidArgumentError, Option } from 'commander';

import { reportingCommand, type ReportOptions } from '../console/reportingCommand';

/** The options of a command that opens a line. */
export interface LineCommandOptions extends ReportOptions {
  readonly port?: string;
  readonly baud?: number | 'auto';
  readonly lowerDtr?: true;
  readonly lowerRts?: true;
  readonly rtscts?: true;
}

/** The options of a command that uses a modem, and the network that it may have to join first. */
export interface ModemCommandOptions extends LineCommandOptions {
  readonly ssid?: string;
  readonly key?: string;
}

/** Makes a command with the options of all commands that use a modem and its network. */
export function modemCommand(name: string): Command {
  return lineCommand(name)
    .option('--ssid <name>', 'the network to join first (env: RX_USOCKET_SSID)')
    .option('--key <key>', 'its key; better in the environment (env: RX_USOCKET_KEY)');
}

/** Makes a command with the options of all commands that open a line. */
export function lineCommand(name: string): Command {
  return reportingCommand(name)
    .option('--port <line>', 'the line: a device, tcp://…, rfc2217://… or emulator: (env: RX_USOCKET_PORT)')
    .addOption(
      new Option('--baud <rate>', 'its speed, or auto to find it; default 115200 (env: RX_USOCKET_BAUD)').argParser(
        parseBaud,
      ),
    )
    .option('--lower-dtr', 'keep DTR low, for a board that it holds in reset or boot mode')
    .addOption(new Option('--lower-rts', 'keep RTS low, likewise').conflicts('rtscts'))
    .option('--rtscts', 'use flow control, if its wires are connected');
}

/** Parses `'921600'` or `'auto'`. */
export function parseBaud(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (!/^\d{2,7}$/.test(text))
    throw new InvalidArgumentError('It is a speed in bits per second, such as 115200, or auto.');
  return Number(text);
}
