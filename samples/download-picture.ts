/**
 * Downloads a picture over the modem and saves it: the first program of the socket document, line by line.
 *
 *     export RX_USOCKET_KEY=…
 *     npx tsx download-picture.ts --port /dev/ttyUSB0 --ssid my-ssid
 *
 * Needs `npm install rx-usocket`. In a package with `"type": "module"`, Node.js 22.18 and later also runs it without `npx tsx`:
 * `node download-picture.ts`.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { machine, network, usocket } from 'rx-usocket';

const { values: args } = parseArgs({
  options: {
    port: { type: 'string', default: '/dev/ttyUSB0' },
    baud: { type: 'string', default: '115200' },
    ssid: { type: 'string', default: 'Sipeed_2.4G' },
    key: { type: 'string', default: process.env['RX_USOCKET_KEY'] ?? '' },
    url: { type: 'string', default: 'http://dl.sipeed.com/MAIX/MaixPy/assets/Alice.bmp' },
    save: { type: 'string', default: 'Alice.bmp' },
  },
});
const url = new URL(args.url);

async function main(): Promise<void> {
  const uart = new machine.UART(args.port, Number(args.baud));
  const nic = await network.ESP8285(uart);
  try {
    await nic.connect(args.ssid, args.key);

    const sock = usocket.socket();
    const addr = (await usocket.getaddrinfo(url.hostname, Number(url.port || 80)))[0][4];
    await sock.connect(addr);
    // With HTTP/1.0 the end of the connection is the end of the picture, and the server sends no chunked encoding.
    await sock.send(
      `GET ${url.pathname}${url.search} HTTP/1.0\r\nHost: ${url.host}\r\ncache-control: no-cache\r\n\r\n`,
    );

    const pieces: Buffer[] = [];
    sock.settimeout(5);
    for (;;) {
      const data = await sock.recv(4096);
      if (data.length === 0) break;
      console.log('rcv:', data.length);
      pieces.push(data);
    }
    await sock.close();

    let img = Buffer.concat(pieces);
    console.log(img.length);
    const [status] = img.toString('latin1').split('\r\n', 1);
    if (!status?.includes(' 200 ')) throw new Error(`${url.href}: the server says ${status ?? 'nothing'}`);
    img = img.subarray(img.indexOf('\r\n\r\n') + 4);
    console.log(img.length);

    console.log('save to', args.save);
    await writeFile(args.save, img);
    console.log('save ok');
  } finally {
    await nic.close(); // also closes the serial line, which would keep the process running
  }
}

main().catch((error: unknown) => {
  console.error(String(error));
  process.exit(1);
});
