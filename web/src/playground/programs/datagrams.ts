// Datagrams (UDP): questions to two servers from one port. A datagram may get lost, so each wait has a limit.
import { machine, network, usocket } from 'rx-usocket';

const nic = await network.ESP8285(new machine.UART('modem', Number(process.env['BAUD'])));
await nic.connect(process.env['SSID'] ?? '', process.env['RX_USOCKET_KEY'] ?? '');

const sock = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
sock.settimeout(3);

for (const [host, port] of [
  ['time.example', 13],
  ['echo.example', 7],
] as const) {
  const address = (await usocket.getaddrinfo(host, port))[0][4];
  await sock.sendto('hello?', address);
  const [data, [sender]] = await sock.recvfrom(1500);
  console.log(`${host} at ${sender} says: ${data.toString().trim()}`);
}

await sock.close();
await nic.close();
