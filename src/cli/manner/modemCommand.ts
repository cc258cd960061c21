import { Command, InvalidArgumentError, Option } from 'commander';

/** The options that every command with a modem has, as commander gives them. */
export interface ModemCommandOptions {
  readonly port?: string;
  readonly baud?: number | 'auto';
  readonly ssid?: string;
  readonly key?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
}

/** Makes a command with the options that every command with a modem has. */
export function modemCommand(name: string): Command {
  return reportingCommand(name)
    .option('--port <line>', 'the line: a device, tcp://…, rfc2217://… or emulator: (env: RX_USOCKET_PORT)')
    .addOption(
      new Option('--baud <rate>', 'its speed, or auto to find it; default 115200 (env: RX_USOCKET_BAUD)').argParser(
        parseBaud,
      ),
    )
    .option('--ssid <name>', 'the network to join first (env: RX_USOCKET_SSID)')
    .option('--key <key>', 'its key; better in the environment (env: RX_USOCKET_KEY)');
}

/** Makes a command with the options that every command has. */
export function reportingCommand(name: string): Command {
  return new Command(name)
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'print nothing but the result and errors')
    .addOption(new Option('--verbose', 'print what is said on the line').conflicts('quiet'));
}

/** Parses `'921600'` or `'auto'`. */
export function parseBaud(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (!/^\d{2,7}$/.test(text)) throw new InvalidArgumentError('It is a speed in bits per second, 115200, or auto.');
  return Number(text);
}
