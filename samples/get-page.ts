/**
 * Prints a page that it gets over the modem, with the `http` and `https` of Node.js:
 *
 *     export RX_USOCKET_KEY=…
 *     npx tsx get-page.ts --port /dev/ttyUSB0 --ssid my-ssid https://example.net/
 *
 * An encrypted page is decrypted here, and its certificate is checked. The modem sees encrypted bytes only.
 *
 * Needs `npm install rx-usocket`. In a package with `"type": "module"`, Node.js 22.18 and later also runs it without `npx tsx`:
 * `node get-page.ts`.
 */
import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

import { machine, network } from 'rx-usocket';
import { HttpAgent, HttpsAgent } from 'rx-usocket/node';

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '/dev/ttyUSB0' },
    baud: { type: 'string', default: '115200' },
    ssid: { type: 'string', default: 'Sipeed_2.4G' },
    key: { type: 'string', default: process.env['RX_USOCKET_KEY'] ?? '' },
  },
});
const url = new URL(positionals[0] ?? 'https://example.net/');

async function main(): Promise<void> {
  const nic = await network.ESP8285(new machine.UART(args.port, Number(args.baud)));
  try {
    await nic.connect(args.ssid, args.key);
    const request =
      url.protocol === 'https:'
        ? requestHttps(url, { agent: new HttpsAgent({ nic }) })
        : requestHttp(url, { agent: new HttpAgent({ nic }) });
    const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
    const page = await text(response);
    if (response.statusCode !== 200) throw new Error(`${url.href}: the server says ${response.statusCode}`);
    process.stdout.write(page);
  } finally {
    await nic.close();
  }
}

main().catch((error: unknown) => {
  console.error(String(error));
  process.exitCode = 1;
});
