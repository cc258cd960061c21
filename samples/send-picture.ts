/**
 * Sends a file over the modem to a program that listens: the second program of the socket document, line by line.
 *
 *     nc -l 3456 > received.bmp                  # on 192.168.0.183
 *
 *     export RX_USOCKET_KEY=…
 *     npx tsx send-picture.ts --port /dev/ttyUSB0 --ssid my-ssid --to 192.168.0.183:3456
 *
 * Needs `npm install rx-usocket`. In a package with `"type": "module"`, Node.js 22.18 and later also runs it without `npx tsx`:
 * `node send-picture.ts`.
 */
import { open } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { machine, network, usocket } from 'rx-usocket';

const { values: args } = parseArgs({
  options: {
    port: { type: 'string', default: '/dev/ttyUSB0' },
    baud: { type: 'string', default: '115200' },
    ssid: { type: 'string', default: 'Sipeed_2.4G' },
    key: { type: 'string', default: process.env['RX_USOCKET_KEY'] ?? '' },
    to: { type: 'string', default: '192.168.0.183:3456' },
    file: { type: 'string', default: 'Alice.bmp' },
  },
});
const [host = '', port] = args.to.split(':');

async function main(): Promise<void> {
  const uart = new machine.UART(args.port, Number(args.baud));
  const nic = await network.ESP8285(uart);
  try {
    await nic.connect(args.ssid, args.key);

    const sock = usocket.socket();
    await sock.connect([host, Number(port)]);
    sock.settimeout(5);

    const file = await open(args.file);
    for (;;) {
      const { bytesRead, buffer: img } = await file.read(Buffer.alloc(2048));
      if (bytesRead === 0) break;
      await sock.sendall(img.subarray(0, bytesRead));
    }
    await file.close();
    await sock.close();
  } finally {
    await nic.close(); // also closes the serial line, which would keep the process running
  }
}

main().catch((error: unknown) => {
  console.error(String(error));
  process.exit(1);
});
