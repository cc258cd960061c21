import type { Command } from 'commander';

import type { ESP8285 } from '../../esp8285';
import type { CommandContext } from '../console/context';
import { codeOf } from '../console/exitCodes';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { reportOf } from '../console/report';
import { withModem } from '../modem/withModem';

/** What `info` tells. What the modem does not show is left out. */
interface Info {
  readonly firmware: string;
  readonly baud?: number;
  readonly mac: string;
  readonly hostname?: string;
  readonly network?: {
    readonly ssid: string;
    readonly bssid?: string;
    readonly rssi?: number;
  };
  readonly address?: string;
  readonly netmask?: string;
  readonly gateway?: string;
}

const help = `
Examples:
  rx-usocket info --port /dev/ttyUSB0
  rx-usocket info --port emulator: --ssid my-ssid --json`;

/** `rx-usocket info`: tells about the modem and its network. */
export function infoCommand(context: CommandContext): Command {
  return modemCommand('info')
    .description('Tell about a modem: its firmware, its speed, its addresses and its network.')
    .addHelpText('after', help)
    .action(async (options: ModemCommandOptions) => {
      const info = await withModem(options, context, infoOf);
      reportOf(options, context).result(info, textOf);
    });
}

async function infoOf(nic: ESP8285): Promise<Info> {
  const firmware = await nic.version();
  const mac = await nic.mac();
  const hostname = await ifKnown(nic.hostname());
  const [address, netmask, gateway, , , bssid, ssid] = await nic.ifconfig();
  const rssi = ssid === '' ? undefined : await ifKnown(nic.rssi());
  return {
    firmware,
    ...(nic.baud !== undefined && { baud: nic.baud }),
    mac,
    ...(hostname && { hostname }),
    ...(ssid !== '' && { network: { ssid, ...(bssid && { bssid }), ...(rssi !== undefined && { rssi }) } }),
    ...(isAddress(address) && { address, netmask, gateway }),
  };
}

function isAddress(text: string): boolean {
  return text !== '' && text !== '0.0.0.0';
}

/** What this firmware does not show is `undefined`. */
async function ifKnown<T>(asked: Promise<T>): Promise<T | undefined> {
  return await asked.catch((error: unknown) => {
    if (['EOPNOTSUPP', 'ENOTCONN'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  });
}

function textOf({ firmware, baud, mac, hostname, network, address, netmask, gateway }: Info): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Firmware', `AT ${firmware}`],
    ['Speed', baud === undefined ? undefined : `${baud} bit/s`],
    ['Hardware address', mac],
    ['Host name', hostname],
    ['Network', network ? [network.ssid, network.bssid, signalOf(network.rssi)].filter(Boolean).join(', ') : 'none'],
    ['Address', address],
    ['Netmask', netmask],
    ['Gateway', gateway],
  ];
  return rows.flatMap(([name, value]) => (value ? [`${name.padEnd(18)}${value}`] : [])).join('\n');
}

function signalOf(rssi: number | undefined): string | undefined {
  return rssi === undefined ? undefined : `${rssi} dBm`;
}
