import { once } from 'node:events';

import { Argument, type Command } from 'commander';

import { publicServer } from '../../proxy/forward';
import type { CommandContext } from '../console/context';
import { CommandFailure, exitCodes } from '../console/exitCodes';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { tellLosses } from '../modem/modemLoss';
import { reportOf } from '../console/report';
import { withModem } from '../modem/withModem';
import { parsePublicPort, type PublicPort, shownAddress } from '../options/places';

const help = `
It is written as for ssh -R: <port of the modem>:[<host>:]<port>. A modem has one listening port, and five connections at a
time. When a client ends its side, the modem closes the whole connection.

Everybody in the network of the modem reaches the server, so serve only what is meant for them.

Examples:
  rx-usocket serve 8080:localhost:3000 --port /dev/ttyUSB0 --ssid my-ssid
  rx-usocket serve 80:3000`;

/** `rx-usocket serve`: a server of this machine for the clients in the modem's network. */
export function serveCommand(context: CommandContext): Command {
  return modemCommand('serve')
    .description('Let the clients in the network of the modem reach a server of this machine.')
    .addArgument(new Argument('<port:host:port>', 'the port of the modem, and the server').argParser(parsePublicPort))
    .addHelpText('after', help)
    .action(async ({ port, target }: PublicPort, options: ModemCommandOptions) => {
      const report = reportOf(options, context);
      await withModem(options, context, async (nic, { signal }) => {
        tellLosses(nic, report);
        const refused = (what: string, reason: string) => {
          report.note(`${what}: ${reason}`);
        };
        const server = publicServer(target, { nic, refused }).listen({ port });
        const closed = once(server, 'close');
        // It may fail while the address is asked for.
        closed.catch(() => undefined);
        await once(server, 'listening');
        const [host] = await nic.ifconfig();
        report.result({ listen: { host, port }, target }, (served) => {
          return `${shownAddress(served.listen)} leads to ${shownAddress(served.target)}`;
        });
        report.note('Ctrl-C ends it.');
        await Promise.race([once(signal, 'abort'), closed]);
        signal.throwIfAborted();
        throw new CommandFailure('the modem has stopped listening', exitCodes.modem);
      });
    });
}
