import { pipeline } from 'node:stream/promises';

import type { Command } from 'commander';

import type { CommandContext } from '../manner/context';
import { modemCommand, type ModemCommandOptions } from '../manner/modemCommand';
import { reportOf } from '../manner/report';
import { withModem } from '../manner/withModem';
import { download, refusal } from '../transfer/download';
import { meter, shownRate } from '../transfer/meter';
import { PartialFile } from '../transfer/partialFile';
import { addTrustOptions, shownUrl, type TrustOptions, webClient, webUrl } from '../transfer/webClient';

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
      await withModem(options, context, async (nic) => {
        const client = await webClient(nic, { ...(ca !== undefined && { ca }) }, signal);
        const { baud } = nic;
        if (output === undefined) {
          const response = await client.get(url, { accept: '*/*', 'user-agent': 'rx-usocket' });
          if (response.statusCode !== 200) throw await refusal(response, shownUrl(url));
          const display = report.progress();
          try {
            const measured = meter(display, { baud });
            await pipeline(response, measured.stream, context.output, { signal, end: false });
          } finally {
            display.stop();
          }
          return;
        }
        const file = new PartialFile(output);
        const got = await download({ client, url, file, baud, signal, trustEnd: trustEnd === true, report });
        report.result({ file: output, ...got }, ({ size, rate }) => {
          return `${output}: ${size.toLocaleString('en')} bytes, ${shownRate(rate, baud)}`;
        });
      });
    });
}
