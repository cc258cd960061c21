import { text } from 'node:stream/consumers';

import { type Command, Option } from 'commander';

import type { CommandContext } from '../console/context';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { reportOf } from '../console/report';
import { withModem } from '../modem/withModem';
import { refusal } from '../transfer/download';
import { meter, shownRate } from '../transfer/meter';
import { source } from '../transfer/source';
import { upload } from '../transfer/upload';
import { addTrustOptions, shownUrl, type TrustOptions, webClient, webUrl } from '../transfer/webClient';

interface PutOptions extends ModemCommandOptions, TrustOptions {
  readonly method: 'PUT' | 'POST';
}

const help = `
The server is asked first whether it wants the file. What it answers is printed. The exit code is 1 if it refuses.

Examples:
  rx-usocket put picture.png https://host.example/pictures/1.png --port /dev/ttyUSB0 --ssid my-ssid
  date | rx-usocket put - http://host.example/log --method POST`;

/** `rx-usocket put`: uploads a file to a web server. */
export function putCommand(context: CommandContext): Command {
  const command = modemCommand('put')
    .description('Upload a file to a web server through the modem.')
    .argument('<file>', 'the file; - for standard input')
    .argument('<url>', 'http: or https:')
    .addOption(new Option('--method <method>', 'how').choices(['PUT', 'POST']).default('PUT'));
  return addTrustOptions(command)
    .addHelpText('after', help)
    .action(async (name: string, address: string, { method, ca, ...options }: PutOptions) => {
      const url = webUrl(address);
      const { body, size } = await source(name, context);
      const report = reportOf(options, context);
      const { signal } = context;
      try {
        await withModem(options, context, async (nic) => {
          const client = await webClient(nic, { ...(ca !== undefined && { ca }) }, signal);
          const display = report.progress(size);
          const measured = meter(display, nic);
          const response = await upload({ client, url, method, body, size, measured, signal }).finally(() => {
            display.stop();
          });
          const { statusCode: status = 0 } = response;
          if (status < 200 || status > 299) throw await refusal(response, shownUrl(url));
          const answer = await text(response);
          const sent = { url: shownUrl(url), status, size: measured.count(), rate: measured.rate(), answer };
          report.result(sent, ({ size: bytes, rate }) => {
            const summary = `${sent.url}: ${status}, ${bytes.toLocaleString('en')} bytes, ${shownRate(rate, nic.baud)}`;
            return answer === '' ? summary : `${summary}\n${answer.trimEnd()}`;
          });
        });
      } finally {
        body.destroy();
      }
    });
}
