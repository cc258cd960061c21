import { filter, firstValueFrom } from 'rxjs';

import { createModules, machine, type ModemOptions, type Status } from '../../src';
import { addressOf } from '../../harness/interfaces/interfaces';
import { tcpServer } from '../../harness/peers/tcpServer';

const redial = { firstPause: 5, longestPause: 40 };

/** A program with modules of its own, on a line. It is on the network. Its interface opens a lost line soon again. */
export async function program(line: string, options: ModemOptions = {}) {
  const { network, usocket } = createModules();
  const nic = await network.ESP8285(new machine.UART(line, 115_200), { redial, ...options });
  await nic.connect('my-ssid', 'my-password');
  const history: Status[] = [];
  nic.status$.subscribe((status) => history.push(status));
  return {
    nic,
    usocket,
    history,
    is: (modem: Status['modem'], wifi: Status['wifi']) =>
      firstValueFrom(nic.status$.pipe(filter((status) => status.modem === modem && status.wifi === wifi))),
    [Symbol.asyncDispose]: () => nic.close(),
  };
}

type Program = Awaited<ReturnType<typeof program>>;

/** Reads a line of a peer through a new socket. */
export async function talk({ usocket }: Program): Promise<string> {
  await using peers = await tcpServer();
  const socket = usocket.socket();
  await socket.connect(addressOf(peers));
  const peer = await peers.accept();
  peer.write('hello\n');
  const line = await socket.readline();
  peer.destroy();
  await socket.close();
  return String(line);
}
