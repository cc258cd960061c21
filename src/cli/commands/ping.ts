import { type Command, InvalidArgumentError, Option } from 'commander';
import { isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { lastValueFrom } from 'rxjs';

import type { CommandContext } from '../console/context';
import { codeOf, CommandFailure, exitCodes } from '../console/exitCodes';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { reportOf } from '../console/report';
import { withModem } from '../modem/withModem';
import { parseDuration, parseWholeNumber } from '../options/values';

interface PingOptions extends ModemCommandOptions {
  readonly count: number;
  readonly every: number;
}

/** What came of the requests. */
interface Pinged {
  readonly host: string;
  readonly sent: number;
  /** How long each answer took, in milliseconds. */
  readonly times: readonly number[];
}

const help = `
The exit code is 1 if no answer comes, or there is no such name.

Examples:
  rx-usocket ping 192.168.1.1 --port /dev/ttyUSB0
  rx-usocket ping host.example --count 20 --every 200ms --json`;

/** `rx-usocket ping`: measures round trips. */
export function pingCommand(context: CommandContext): Command {
  return modemCommand('ping')
    .description('Send echo requests to a host through the modem, and show how long the answers took.')
    .argument('<host>', 'a name or an address')
    .addOption(new Option('--count <number>', 'how many requests').argParser(parseCount).default(4))
    .addOption(
      new Option('--every <time>', 'the pause after each of them').argParser(parseDuration).default(1000, '1s'),
    )
    .addHelpText('after', help)
    .action(async (host: string, options: PingOptions) => {
      const report = reportOf(options, context);
      await withModem(options, context, async (nic) => {
        const times: number[] = [];
        for (let sent = 1; sent <= options.count; sent++) {
          try {
            const time = await nic.ping(host);
            times.push(time);
            report.text(`${host}: ${time} ms`);
          } catch (error) {
            if (codeOf(error) !== 'ETIMEDOUT') throw error;
            // The modem says the same of a name that nobody knows.
            if (sent === 1 && isIP(host) === 0) await lastValueFrom(nic.resolve(host));
            report.text(`${host}: no answer`);
          }
          if (sent < options.count) await setTimeout(options.every, undefined, { signal: context.signal });
        }
        report.result<Pinged>({ host, sent: options.count, times }, textOf);
        if (times.length === 0) throw new CommandFailure('', exitCodes.failed);
      });
    });
}

function parseCount(text: string): number {
  const count = parseWholeNumber(text);
  if (count === 0) throw new InvalidArgumentError('It is a number from 1 up.');
  return count;
}

function textOf({ sent, times }: Pinged): string {
  const answers = `${times.length} of ${sent} answered`;
  if (times.length === 0) return answers;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return `${answers}; least ${Math.min(...times)} ms, mean ${mean.toFixed(1)} ms, most ${Math.max(...times)} ms`;
}
