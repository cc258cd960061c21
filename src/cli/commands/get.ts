import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

import type { Command } from 'commander';

import type { CommandContext } from '../console/context';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { reportOf } from '../console/report';
import { withModem } from '../modem/withModem';
import { download, downloadTo } from '../transfer/download';
import { shownRate } from '../transfer/meter';
import { checkOutput, PartialFile } from '../transfer/partialFile';
import { addTrustOptions, type TrustOptions, webClient, webUrl } from '../transfer/webClient';

interface GetOptions extends ModemCommandOptions, TrustOptions {
  readonly output?: string;
  readonly trustEnd?: true;
}

const help = `
Without -o the content goes to standard output. With -o it goes to <file>.part, which gets its name when it is complete. The
same command continues a download that has failed, if the server still has the same version.

https: is encrypted on this machine, and the certificate is checked.

Examples:
  rx-usocket get https://host.example/picture.png -o picture.png --port /dev/ttyUSB0 --ssid my-ssid
  rx-usocket get http://host.example/ | head`;

/** `rx-usocket get`: downloads a file. */
export function getCommand(context: CommandContext): Command {
  const command = modemCommand('get')
    .description('Download a file through the modem; a download that has failed is continued.')
    .argument('<url>', 'http: or https:')
    .option('-o, --output <file>', 'where to; default: standard output')
    .option('--trust-end', 'take a file whose length the server does not say for complete when the connection ends');
  return addTrustOptions(command)
    .addHelpText('after', help)
    .action(async (text: string, { output, trustEnd, ca, ...options }: GetOptions) => {
      const url = webUrl(text);
      const report = reportOf(options, context);
      const { signal } = context;
      const isDevice = output !== undefined && (await checkOutput(output)) === 'device';
      await withModem(options, context, async (nic) => {
        const client = await webClient(nic, { ...(ca !== undefined && { ca }) }, signal);
        const { baud } = nic;
        const how = { client, url, baud, signal, trustEnd: trustEnd === true, report };
        if (output === undefined) {
          await downloadTo(context.output, how);
          return;
        }
        if (isDevice) {
          const device = createWriteStream(output);
          await downloadTo(device, how);
          await finished(device.end());
          return;
        }
        const got = await download({ ...how, file: new PartialFile(output) });
        report.result({ file: output, ...got }, ({ size, rate }) => {
          return `${output}: ${size.toLocaleString('en')} bytes, ${shownRate(rate, baud)}`;
        });
      });
    });
}
