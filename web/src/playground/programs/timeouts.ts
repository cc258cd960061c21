// What goes wrong, and how it ends: each wait has a limit, and each failure is an OSError with a code.
import { machine, network, OSError, usocket } from 'rx-usocket';

const nic = await network.ESP8285(new machine.UART('modem', Number(process.env['BAUD'])));
await nic.connect(process.env['SSID'] ?? '', process.env['RX_USOCKET_KEY'] ?? '');

async function show(what: string, trying: () => Promise<unknown>): Promise<void> {
  const begun = Date.now();
  try {
    console.log(`${what}:`, await trying());
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.log(`${what}: ${error.code} (${error.errno}) after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  }
}

async function talkTo(host: string, port: number): Promise<string> {
  const sock = usocket.socket();
  try {
    sock.settimeout(5);
    await sock.connect((await usocket.getaddrinfo(host, port))[0][4]);
    return String(await sock.read());
  } finally {
    await sock.close();
  }
}

await show('a server that says the time', () => talkTo('time.example', 13));
await show('a server that says nothing', () => talkTo('echo.example', 7));
await show('a server that resets the connection', () => talkTo('reset.example', 80));
await show('a host that refuses connections', () => talkTo('closed.example', 80));
await show('a host that does not answer', () => talkTo('silent.example', 80));
await show('a name that nobody knows', () => talkTo('nobody.example', 80));
await nic.close();
