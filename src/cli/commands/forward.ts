import { Argument, type Command } from 'commander';

import { forwardServer } from '../../proxy/forward';
import type { CommandContext } from '../console/context';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { tellLosses } from '../modem/modemLoss';
import { reportOf } from '../console/report';
import { withModem } from '../modem/withModem';
import { addLinkOptions, type LinkTimes } from '../serving/linkOptions';
import { type ForwardedPort, parseForward, shownAddress } from '../options/places';
import { serveUntilStopped, warnOfOthers } from '../serving/serveUntilStopped';

const help = `
It is written as for ssh -L: [<address>:]<port>:<host>:<port>. It listens on loopback unless an address is given. The modem
resolves the name of the host for each connection. Standard output has a line for each port.

Examples:
  rx-usocket forward 8080:host.example:80 --port /dev/ttyUSB0 --ssid my-ssid
  rx-usocket forward 1883:broker.example:1883 2222:192.168.1.9:22`;

/** `rx-usocket forward`: ports of this machine that lead to hosts in the modem's network. */
export function forwardCommand(context: CommandContext): Command {
  const command = modemCommand('forward')
    .description('Make ports of this machine lead to hosts in the network of the modem.')
    .addArgument(new Argument('<local:host:port...>', 'the ports').argParser(parseForward));
  return addLinkOptions(command)
    .addHelpText('after', help)
    .action(
      async (
        ports: readonly ForwardedPort[],
        { linkTimeout, halfCloseTimeout, ...options }: ModemCommandOptions & LinkTimes,
      ) => {
        const report = reportOf(options, context);
        warnOfOthers(
          ports.map(({ listen }) => listen),
          report,
        );
        await withModem(options, context, async (nic, running) => {
          tellLosses(nic, report);
          const refused = (what: string, reason: string) => {
            report.note(`${what}: ${reason}`);
          };
          const servings = ports.map(({ listen, target }) => ({
            listen,
            server: forwardServer(target, { nic, linkTimeout, halfCloseTimeout, refused }),
          }));
          await serveUntilStopped(servings, running, (addresses) => {
            for (const [index, { target }] of ports.entries()) {
              const listen = addresses[index] ?? target;
              report.result({ listen, target }, () => `${shownAddress(listen)} leads to ${shownAddress(target)}`);
            }
            report.note('Ctrl-C ends it.');
          });
        });
      },
    );
}
