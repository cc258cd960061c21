// A server on the modem. Clients of the network in memory connect to it, several at the same time.
import { machine, network, type Socket, usocket } from 'rx-usocket';

const nic = await network.ESP8285(new machine.UART('modem', Number(process.env['BAUD'])));
await nic.connect(process.env['SSID'] ?? '', process.env['RX_USOCKET_KEY'] ?? '');
const [address] = await nic.ifconfig();

const server = usocket.socket();
await server.bind(['0.0.0.0', 8080]);
await server.listen();
console.log(`listens on ${address}:8080`);

async function serve(client: Socket, name: string): Promise<void> {
  for (;;) {
    const line = await client.readline();
    if (line === null || line.length === 0) break;
    console.log(`${name}: ${line.toString().trim()}`);
    await client.sendall(`You have said ${line.length} bytes.\n`);
  }
  await client.close();
  console.log(`${name} has left`);
}

for (let clients = 1; ; clients++) {
  const [client, [host, port]] = await server.accept();
  console.log(`client ${clients} comes from ${host}:${port}`);
  // It is not awaited, so the next client need not wait for this one.
  serve(client, `client ${clients}`).catch((error: unknown) => console.error(error));
}
