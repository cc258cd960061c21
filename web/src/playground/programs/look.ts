// What modem is on the line, and which networks it sees. It joins none, so it needs no key.
import { machine, network } from 'rx-usocket';

const nic = await network.ESP8285(new machine.UART('modem', Number(process.env['BAUD'])));
console.log('firmware', await nic.version());
for (const { ssid, rssi } of await nic.scan()) console.log(`${ssid}, ${rssi} dBm`);
await nic.close();
