// uselect.poll: one loop waits for several sockets, and reads from those that are ready.
import { machine, network, type Socket, uselect, usocket } from 'rx-usocket';

const nic = await network.ESP8285(new machine.UART('modem', Number(process.env['BAUD'])));
await nic.connect(process.env['SSID'] ?? '', process.env['RX_USOCKET_KEY'] ?? '');

async function ask(host: string, port: number, question: string): Promise<Socket> {
  const sock = usocket.socket();
  await sock.connect((await usocket.getaddrinfo(host, port))[0][4]);
  if (question !== '') await sock.sendall(question);
  return sock;
}

const names = new Map<unknown, string>();
names.set(await ask('echo.example', 7, 'echo!'), 'echo');
names.set(await ask('time.example', 13, ''), 'time');
names.set(await ask('slow.example', 80, 'GET /hello.txt HTTP/1.0\r\n\r\n'), 'slow web');

const poller = uselect.poll();
for (const sock of names.keys()) poller.register(sock as Socket, uselect.POLLIN);

for (let turns = 0; turns < 12 && names.size > 0; turns++) {
  const ready = await poller.poll(1500);
  if (ready.length === 0) console.log('nothing for 1.5 s');
  for (const [sock] of ready) {
    const data = await (sock as Socket).recv(1024);
    console.log(`${names.get(sock)}: ${data.length === 0 ? 'the end' : JSON.stringify(data.toString())}`);
    if (data.length > 0) continue;
    poller.unregister(sock);
    names.delete(sock);
    await (sock as Socket).close();
  }
}
await nic.close();
