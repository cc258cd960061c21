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

const asked: { readonly name: string; readonly sock: Socket }[] = [
  { name: 'echo', sock: await ask('echo.example', 7, 'echo!') },
  { name: 'time', sock: await ask('time.example', 13, '') },
  { name: 'slow web', sock: await ask('slow.example', 80, 'GET /hello.txt HTTP/1.0\r\n\r\n') },
];

const poller = uselect.poll();
for (const { sock } of asked) poller.register(sock, uselect.POLLIN);

for (let left = asked.length; left > 0;) {
  const ready = await poller.poll(1500);
  if (ready.length === 0) console.log('nothing for 1.5 s');
  if (ready.length === 0 && left === 1) break;
  for (const [stream] of ready) {
    const found = asked.find(({ sock }) => sock === stream);
    if (!found) continue;
    const { name, sock } = found;
    const data = await sock.recv(1024);
    console.log(`${name}: ${data.length === 0 ? 'the end' : JSON.stringify(data.toString())}`);
    if (data.length > 0) continue;
    poller.unregister(sock);
    await sock.close();
    left--;
  }
}
await nic.close();
