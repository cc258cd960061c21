import type { Command } from 'commander';

import type { CommandContext } from '../../console/context';
import { usageFailure } from '../../console/exitCodes';
import { lineCommand, type LineCommandOptions, modemCommand, type ModemCommandOptions } from '../../modem/modemCommand';
import { reportOf } from '../../console/report';
import { printable } from '../../console/table';
import { withInterface, withModem } from '../../modem/withModem';

const joinHelp = `
The modem stays on the network until it restarts or leaves it, so the next commands need no --ssid.

Examples:
  rx-usocket join my-ssid --port /dev/ttyUSB0         # asks for the key
  RX_USOCKET_KEY=my-password rx-usocket join my-ssid --port emulator:`;

const leaveHelp = `
Example:
  rx-usocket leave --port /dev/ttyUSB0`;

/** `rx-usocket join`: joins a network. */
export function joinCommand(context: CommandContext): Command {
  return modemCommand('join')
    .description('Join a network, and show the address that the modem has there.')
    .argument('[ssid]', 'the name of the network, which --ssid and RX_USOCKET_SSID may give instead')
    .addHelpText('after', joinHelp)
    .action(async (name: string | undefined, options: ModemCommandOptions) => {
      const given = name === undefined ? options : { ...options, ssid: name };
      const ssid = given.ssid ?? context.environment['RX_USOCKET_SSID'];
      if (!ssid) throw usageFailure('there is no network to join; try rx-usocket join my-ssid');
      const joined = await withModem(given, context, async (nic) => {
        const [address, netmask, gateway] = await nic.ifconfig();
        return { ssid, address, netmask, gateway };
      });
      reportOf(options, context).result(
        joined,
        ({ address, gateway }) => `On ${printable(ssid)} as ${address}, gateway ${gateway}.`,
      );
    });
}

/** `rx-usocket leave`: leaves the network. */
export function leaveCommand(context: CommandContext): Command {
  return lineCommand('leave')
    .description('Leave the network that the modem is on.')
    .addHelpText('after', leaveHelp)
    .action(async (options: LineCommandOptions) => {
      const left = await withInterface(options, context, async (nic) => {
        const [, , , , , , ssid] = await nic.ifconfig();
        await nic.disconnect();
        return ssid === '' ? {} : { left: ssid };
      });
      reportOf(options, context).result(left, ({ left: ssid }) =>
        ssid === undefined ? 'The modem was on no network.' : `Left ${printable(ssid)}.`,
      );
    });
}
