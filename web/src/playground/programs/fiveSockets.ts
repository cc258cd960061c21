// Five sockets at once, which is all that the modem has: four downloads and a slow one share the line.
import { machine, network, usocket } from 'rx-usocket';

const nic = await network.ESP8285(new machine.UART('modem', Number(process.env['BAUD'])));
await nic.connect(process.env['SSID'] ?? '', process.env['RX_USOCKET_KEY'] ?? '');

async function get(host: string, path: string): Promise<number> {
  const sock = usocket.socket();
  sock.settimeout(30);
  await sock.connect((await usocket.getaddrinfo(host, 80))[0][4]);
  await sock.sendall(`GET ${path} HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
  let received = 0;
  for (;;) {
    const data = await sock.recv(8192);
    if (data.length === 0) break;
    received += data.length;
  }
  await sock.close();
  return received;
}

const picture = '/MAIX/MaixPy/assets/Alice.bmp';
const jobs: readonly (readonly [string, string])[] = [
  ['dl.sipeed.com', picture],
  ['dl.sipeed.com', picture],
  ['dl.sipeed.com', picture],
  ['dl.sipeed.com', '/hello.txt'],
  ['slow.example', '/hello.txt'],
];
const begun = Date.now();
await Promise.all(
  jobs.map(async ([host, path], index) => {
    const bytes = await get(host, path);
    console.log(`socket ${index + 1}: ${bytes} bytes from ${host} after ${Date.now() - begun} ms`);
  }),
);
await nic.close();
