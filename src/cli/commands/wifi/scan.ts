import { type Command, Option } from 'commander';
import { setTimeout } from 'node:timers/promises';

import type { ESP8285, FoundNetwork } from '../../../esp8285';
import { encryptionName } from '../../modem/encryptions';
import type { CommandContext } from '../../console/context';
import { lineCommand, type LineCommandOptions } from '../../modem/modemCommand';
import { reportOf } from '../../console/report';
import { signalBars } from '../../modem/signalBars';
import { printable, table } from '../../console/table';
import { withInterface } from '../../modem/withModem';
import { parseDuration } from '../../options/values';

interface ScanOptions extends LineCommandOptions {
  readonly watch?: true;
  readonly every: number;
}

/** A network as `--json` shows it. What the firmware does not show is left out. */
type Network = Partial<Pick<FoundNetwork, 'encryption' | 'rssi' | 'bssid' | 'channel'>> & { readonly ssid: string };

const clearScreen = '\u001b[2J\u001b[H';

const help = `
Examples:
  rx-usocket scan --port /dev/ttyUSB0
  rx-usocket scan --port /dev/ttyUSB0 --watch      # again and again, to find a good place for the modem
  rx-usocket scan --port emulator: --json`;

/** `rx-usocket scan`: shows the networks in range. */
export function scanCommand(context: CommandContext): Command {
  return lineCommand('scan')
    .description('Show the networks in range of a modem, the strongest first.')
    .option('--watch', 'look again and again, until Ctrl-C')
    .addOption(new Option('--every <time>', 'the pause between two looks').argParser(parseDuration).default(2000, '2s'))
    .addHelpText('after', help)
    .action(async (options: ScanOptions) => {
      const report = reportOf(options, context);
      const canClear = !options.json && 'isTTY' in context.output && context.output.isTTY === true;
      await withInterface(options, context, async (nic) => {
        let networks = await look(nic);
        for (;;) {
          if (options.watch && canClear) context.output.write(clearScreen);
          report.result(networks, textOf);
          if (!options.watch) return;
          await setTimeout(options.every, undefined, { signal: context.signal });
          networks = await look(nic);
        }
      });
    });
}

async function look(nic: ESP8285): Promise<readonly Network[]> {
  const found = await nic.scan();
  return [...found]
    .sort((one, other) => (other.rssi ?? -Infinity) - (one.rssi ?? -Infinity))
    .map(({ ssid, rssi, encryption, bssid, channel }) => ({
      ssid,
      ...(rssi !== undefined && { rssi }),
      ...(encryption !== undefined && { encryption }),
      ...(bssid !== undefined && { bssid }),
      ...(channel !== undefined && { channel }),
    }));
}

function textOf(networks: readonly Network[]): string {
  if (networks.length === 0) return 'There is no network in range.';
  const rows = networks.map(({ ssid, rssi, encryption, bssid = '', channel = '' }) => [
    ssid === '' ? '(hidden)' : printable(ssid),
    rssi === undefined ? '' : `${signalBars(rssi)} ${rssi} dBm`,
    encryption === undefined ? '' : encryptionName(encryption),
    String(channel),
    bssid,
  ]);
  return table(['Network', 'Signal', 'Encryption', 'Channel', 'Access point'], rows);
}
