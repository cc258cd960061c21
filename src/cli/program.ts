import { Command } from 'commander';

import { version } from '../../package.json';
import { accessPointCommand } from './commands/wifi/accessPoint';
import { bridgeCommand } from './commands/bridge';
import { doctorCommand } from './commands/doctor';
import { emulateCommand } from './commands/emulate';
import { forwardCommand } from './commands/forward';
import { getCommand } from './commands/get';
import { infoCommand } from './commands/info';
import { joinCommand, leaveCommand } from './commands/wifi/join';
import { ncCommand } from './commands/nc';
import { pingCommand } from './commands/ping';
import { portsCommand } from './commands/ports';
import { proxyCommand } from './commands/proxy';
import { putCommand } from './commands/put';
import { recordCommand } from './commands/record';
import { replayCommand } from './commands/replay';
import { scanCommand } from './commands/wifi/scan';
import { sendCommand } from './commands/send';
import { serveCommand } from './commands/serve';
import { termCommand } from './commands/term';
import { timeCommand } from './commands/time';
import { watchCommand } from './commands/watch';
import { columnsOf } from './console/columnsOf';
import type { CommandContext } from './console/context';
import { fullName, helpConfiguration, wrapped } from './console/helpText';
import { errorText } from './console/errorText';
import { exitCodeMeanings, exitCodeOf, exitCodes, messageWithCause } from './console/exitCodes';

const help = `
Exit codes:
${Object.entries(exitCodeMeanings)
  .map(([name, meaning]) => `  ${String(exitCodes[name as keyof typeof exitCodes]).padEnd(5)}${meaning}`)
  .join('\n')}

Examples:
  rx-usocket ports --probe                # which port has a modem?
  rx-usocket doctor --port /dev/ttyUSB0   # why does it not work?
  rx-usocket info --port /dev/ttyUSB0
  rx-usocket info --port emulator:        # without a modem
  rx-usocket watch --open                 # in a page of a browser`;

/** The commands, under the headings of `--help`. */
const groups: Readonly<Record<string, readonly ((context: CommandContext) => Command)[]>> = {
  'The modem and its network:': [
    portsCommand,
    doctorCommand,
    infoCommand,
    scanCommand,
    joinCommand,
    leaveCommand,
    accessPointCommand,
    pingCommand,
    timeCommand,
    termCommand,
  ],
  'Files through the modem:': [getCommand, putCommand, sendCommand, ncCommand],
  'Ways through the modem:': [proxyCommand, forwardCommand, serveCommand],
  'For a page in a browser:': [watchCommand, bridgeCommand],
  'For tests of drivers:': [emulateCommand, recordCommand, replayCommand],
};

/** Makes the `rx-usocket` command with its subcommands. */
function rxUsocket(context: CommandContext): Command {
  const program = new Command('rx-usocket')
    .description('Sockets over an ESP8285 Wi-Fi modem on a serial line: the tools that come with the library.')
    .version(version)
    .addHelpText('after', help)
    .configureHelp(helpConfiguration)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.output.write(wrapped(text, columnsOf(context.output))),
      writeErr: (text) => context.errors.write(wrapped(text, columnsOf(context.errors))),
      getOutHelpWidth: () => columnsOf(context.output),
      getErrHelpWidth: () => columnsOf(context.errors),
    });
  for (const [heading, commands] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const command of commands) program.addCommand(command(context));
  }
  return inherit(program, context);
}

/** Runs the command with these arguments, and resolves to its exit code. What went wrong is printed. */
export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    await rxUsocket(context).parseAsync(args, { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    const exitCode = exitCodeOf(error);
    const message = printedOf(error);
    if (message !== '') context.errors.write(`rx-usocket: ${message}\n`);
    return exitCode;
  }
}

/** What is printed of an error. */
function printedOf(error: unknown): string {
  // Commander has printed it, and an interrupted command needs no explanation.
  if (isCommander(error)) return '';
  return messageWithCause(error);
}

function isCommander(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

/** A command that was made by itself gets the settings of the one that it was added to. */
function inherit(command: Command, context: CommandContext): Command {
  command
    .showHelpAfterError(`Try "${fullName(command)} --help".`)
    // As all other errors.
    .configureOutput({ outputError: (text) => context.errors.write(`rx-usocket: ${errorText(text, command)}`) });
  for (const child of command.commands) inherit(child.copyInheritedSettings(command), context);
  return command;
}
