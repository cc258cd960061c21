import { type Command, InvalidArgumentError, Option } from 'commander';

import type { CommandContext } from '../console/context';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { reportOf } from '../console/report';
import { withModem } from '../modem/withModem';
import { parseDuration } from '../options/values';

interface TimeCommandOptions extends ModemCommandOptions {
  readonly server?: readonly string[];
  readonly timeout: number;
}

const help = `
Examples:
  rx-usocket time --port /dev/ttyUSB0
  rx-usocket time --server pool.ntp.org --timeout 10s --json`;

/** `rx-usocket time`: asks time servers. */
export function timeCommand(context: CommandContext): Command {
  return modemCommand('time')
    .description('Ask time servers (SNTP) through the modem, and compare the clock of this machine.')
    .option('--server <name...>', 'one to three time servers; default: those of the firmware')
    .addOption(
      new Option('--timeout <time>', 'how long they have to answer').argParser(parseTimeout).default(20_000, '20s'),
    )
    .addHelpText('after', help)
    .action(async (options: TimeCommandOptions) => {
      const told = await withModem(options, context, async (nic) => {
        const time = await nic.time({ servers: options.server ?? [], timeout: options.timeout / 1000 });
        return { time: time.toISOString(), offset: Math.round((Date.now() - time.getTime()) / 1000) };
      });
      reportOf(options, context).result(told, ({ time, offset }) => `${time.replace('.000', '')}${clockOf(offset)}`);
    });
}

function parseTimeout(text: string): number {
  const timeout = parseDuration(text);
  if (timeout === 0) throw new InvalidArgumentError('It is longer than 0.');
  return timeout;
}

/** @param offset How many seconds the clock of this machine is ahead. */
function clockOf(offset: number): string {
  // The modem tells whole seconds.
  if (Math.abs(offset) <= 1) return '; the clock of this machine agrees';
  return `; the clock of this machine is ${Math.abs(offset)} s ${offset > 0 ? 'ahead' : 'behind'}`;
}
