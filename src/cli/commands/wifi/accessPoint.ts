import { Command, InvalidArgumentError, Option } from 'commander';
import { pairwise, startWith } from 'rxjs';

import type { ESP8285, Station } from '../../../esp8285';
import { LineTester } from '../../doctor/lineTester';
import { encryptionName } from '../../modem/encryptions';
import { aborted } from '../../console/aborted';
import type { CommandContext } from '../../console/context';
import { CommandFailure, exitCodes, failureOf, usageFailure } from '../../console/exitCodes';
import { lineCommand, type LineCommandOptions } from '../../modem/modemCommand';
import { askKey, lineSettings, warnOfKey } from '../../modem/modemSettings';
import { closeLine } from '../../modem/openLine';
import { type Report, reportOf } from '../../console/report';
import { printable } from '../../console/table';
import { withInterface } from '../../modem/withModem';
import { parseWholeNumber } from '../../options/values';

interface StartOptions extends LineCommandOptions {
  readonly apKey?: string;
  readonly open?: true;
  readonly channel?: number;
  readonly watch?: true;
}

const startHelp = `
The modem keeps its network until it restarts, or until another command than \`ap status\` sets it up.

Examples:
  rx-usocket ap start my-board --port /dev/ttyUSB0             # asks for the key
  RX_USOCKET_AP_KEY=a-good-key rx-usocket ap start my-board --channel 6 --watch`;

const help = `
Examples:
  rx-usocket ap start my-board --port /dev/ttyUSB0
  rx-usocket ap status --port /dev/ttyUSB0
  rx-usocket ap stop --port /dev/ttyUSB0`;

/** `rx-usocket ap`: the modem's own network. */
export function accessPointCommand(context: CommandContext): Command {
  return new Command('ap')
    .description("Open, show or close the modem's own network.")
    .addHelpText('after', help)
    .addCommand(startCommand(context))
    .addCommand(stopCommand(context))
    .addCommand(statusCommand(context));
}

function startCommand(context: CommandContext): Command {
  return lineCommand('start')
    .description("Open the modem's own network. The modem is 192.168.4.1 there.")
    .argument('<ssid>', 'its name, 1 to 32 bytes')
    .option('--ap-key <key>', 'its key; better in the environment (env: RX_USOCKET_AP_KEY)')
    .addOption(new Option('--open', 'a network without a key').conflicts('apKey'))
    .addOption(new Option('--channel <number>', '1 to 14; default 5').argParser(parseChannel))
    .option('--watch', 'show the stations that come and go, until Ctrl-C')
    .addHelpText('after', startHelp)
    .action(async (ssid: string, options: StartOptions) => {
      const report = reportOf(options, context);
      // A mistake there is told before the key is asked for.
      lineSettings(options, context);
      const key = options.open ? undefined : await keyOf(ssid, options, context);
      await withInterface(options, context, async (nic, running) => {
        await nic.enable_ap(ssid, key ?? '', options.channel, key === undefined ? nic.OPEN : nic.WPA2_PSK);
        const opened = { ssid, address: '192.168.4.1', isOpen: key === undefined };
        report.result(opened, () => `The network ${printable(ssid)} is open; the modem is 192.168.4.1 there.`);
        if (options.watch) await watchStations(nic, report, running);
      });
    });
}

function stopCommand(context: CommandContext): Command {
  return lineCommand('stop')
    .description("Close the modem's own network.")
    .action(async (options: LineCommandOptions) => {
      await withInterface(options, context, (nic) => nic.disable_ap());
      reportOf(options, context).result({ isOn: false }, () => 'The modem has no network of its own.');
    });
}

/** The modem is not set up for this question, because that would close the network. */
function statusCommand(context: CommandContext): Command {
  return lineCommand('status')
    .description("Show the modem's own network, and the stations on it.")
    .action(async (options: LineCommandOptions) => {
      const status = await askStatus(options, context);
      reportOf(options, context).result(status, textOf);
    });
}

interface AccessPointStatus {
  readonly isOn: boolean;
  readonly ssid?: string;
  readonly channel?: number;
  readonly encryption?: number;
  readonly stations?: readonly Station[];
}

async function askStatus(options: LineCommandOptions, context: CommandContext): Promise<AccessPointStatus> {
  const tester = new LineTester(lineSettings(options, context), context);
  const line = tester.open();
  const ask = (command: string) =>
    tester.hear(line, { say: `${command}\r\n`, wait: 2000, until: /\r\n(?:OK|ERROR)\r\n/ });
  /** AT 1.x shows what is in use with this ending, and newer firmware does not know it. */
  const askCurrent = async (command: string) => {
    const current = await ask(`${command}_CUR?`);
    return current.includes('\r\nOK\r\n') ? current : await ask(`${command}?`);
  };
  try {
    const { meaning } = await tester.ask(line, 1000).catch((cause: unknown) => {
      throw failureOf(cause, exitCodes.line);
    });
    if (meaning !== 'answer') {
      throw new CommandFailure('the modem does not answer AT; rx-usocket doctor looks for the reason', exitCodes.modem);
    }
    const [, mode = '0'] = /\+CWMODE(?:_CUR)?:([0-3])/.exec(await askCurrent('AT+CWMODE')) ?? [];
    if (Number(mode) < 2) return { isOn: false };
    const shown = /\+CWSAP(?:_CUR)?:"(.*)",".*",(\d+),(\d)/.exec(await askCurrent('AT+CWSAP'));
    const joined = (await ask('AT+CWLIF')).matchAll(/^(?:\+CWLIF:)?([\d.]+),"?((?:[\da-f]{2}:){5}[\da-f]{2})/gim);
    const stations = Array.from(joined, ([, address = '', mac = '']) => ({ mac: mac.toLowerCase(), address }));
    const ssid = Buffer.from(shown?.[1] ?? '', 'latin1').toString();
    return { isOn: true, ssid, channel: Number(shown?.[2]), encryption: Number(shown?.[3]), stations };
  } catch (error) {
    context.signal.throwIfAborted();
    throw error;
  } finally {
    await closeLine(line);
  }
}

function textOf({ isOn, ssid = '', channel = 0, encryption = 0, stations = [] }: AccessPointStatus): string {
  if (!isOn) return 'The modem has no network of its own.';
  const heading = `${printable(ssid)}, channel ${channel}, ${encryptionName(encryption)}; stations: ${stations.length}`;
  return [heading, ...stations.map(({ mac, address = '' }) => `  ${mac}  ${address}`)].join('\n');
}

/** Prints each station that comes or goes, until the command is aborted. */
async function watchStations(nic: ESP8285, report: Report, { signal }: CommandContext): Promise<void> {
  const watching = nic.stations$.pipe(startWith([]), pairwise()).subscribe({
    next: ([before, after]) => {
      const isIn = (list: readonly Station[], { mac, address }: Station): boolean =>
        list.some((other) => other.mac === mac && other.address === address);
      for (const station of after.filter((each) => !isIn(before, each))) {
        report.text(`+ ${station.mac} ${station.address ?? '(no address yet)'}`);
      }
      for (const { mac } of before.filter((each) => !after.some((other) => other.mac === each.mac))) {
        report.text(`- ${mac}`);
      }
    },
    // The command is aborted then.
    error: () => undefined,
  });
  await aborted(signal);
  watching.unsubscribe();
  signal.throwIfAborted();
}

/** The key of the new network. It is never left out by accident. */
async function keyOf(ssid: string, options: StartOptions, context: CommandContext): Promise<string> {
  if (options.apKey !== undefined) warnOfKey('--ap-key', 'RX_USOCKET_AP_KEY', options, context);
  const given = options.apKey ?? context.environment['RX_USOCKET_AP_KEY'];
  const key = given ?? (await askKey(`Key for ${printable(ssid)}, 8 characters or more: `, context));
  if (!key) throw usageFailure('there is no key; set RX_USOCKET_AP_KEY, or open a network for everybody with --open');
  return key;
}

function parseChannel(text: string): number {
  const channel = parseWholeNumber(text);
  if (channel < 1 || channel > 14) throw new InvalidArgumentError('A channel is a number from 1 to 14.');
  return channel;
}
