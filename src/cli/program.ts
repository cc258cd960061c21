import { Command } from 'commander';

import { version } from '../../package.json';
import { emulateCommand } from './emulate';

/** Makes the `rx-usocket` command with its subcommands. */
export function rxUsocket(): Command {
  return new Command('rx-usocket')
    .description('Sockets over an ESP8285 Wi-Fi modem on a serial line: the tools that come with the library.')
    .version(version)
    .addCommand(emulateCommand());
}
