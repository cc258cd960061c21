import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';

import { Argument, type Command } from 'commander';

import { connect } from '../../node';
import type { LocalAddress } from '../../proxy/localServer';
import type { CommandContext } from '../console/context';
import { CommandFailure, exitCodes } from '../console/exitCodes';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { reportOf } from '../console/report';
import { withModem } from '../modem/withModem';
import { parseHostPort, shownAddress } from '../options/places';
import { countSent, meter, shownRate } from '../transfer/meter';
import { source } from '../transfer/source';

const help = `
The connection is closed when the modem has sent all of it. What the host says is dropped; use nc to see it. The exit code is 1
if the host ends the connection before.

Examples:
  rx-usocket send picture.bin 192.168.1.9:5000 --port /dev/ttyUSB0 --ssid my-ssid
  tar c folder | rx-usocket send - host.example:5000`;

/** `rx-usocket send`: sends a file over a connection. */
export function sendCommand(context: CommandContext): Command {
  return modemCommand('send')
    .description('Send a file to a port of a host through the modem.')
    .argument('<file>', 'the file; - for standard input')
    .addArgument(new Argument('<host:port>', 'where to').argParser(parseHostPort))
    .addHelpText('after', help)
    .action(async (name: string, to: LocalAddress, options: ModemCommandOptions) => {
      const { body, size } = await source(name, context);
      const report = reportOf(options, context);
      const { signal } = context;
      try {
        await withModem(options, context, async (nic) => {
          // After an abort, nobody waits for its error.
          const socket = connect({ ...to, nic }).on('error', () => undefined);
          await once(socket, 'connect', { signal });
          const early = new AbortController();
          socket.resume().once('end', () => early.abort());
          const display = report.progress(size);
          const measured = meter(display, nic);
          try {
            await pipeline(body, countSent(measured, socket), { signal: AbortSignal.any([signal, early.signal]) });
          } catch (cause) {
            const why = early.signal.aborted ? 'the host has ended the connection' : String(cause);
            const message = `${shownAddress(to)}: ${why} after about ${measured.count().toLocaleString('en')} bytes`;
            throw new CommandFailure(message, exitCodes.failed, { cause });
          } finally {
            display.stop();
            socket.destroySoon();
          }
          report.result({ to, size: measured.count(), rate: measured.rate() }, (sent) => {
            return `${shownAddress(to)}: ${sent.size.toLocaleString('en')} bytes, ${shownRate(sent.rate, nic.baud)}`;
          });
        });
      } finally {
        body.destroy();
      }
    });
}
