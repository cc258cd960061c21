import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  catchError,
  concatMap,
  delay,
  delayWhen,
  first,
  map,
  NEVER,
  type Observable,
  type SchedulerLike,
  take,
  tap,
} from 'rxjs';

import type { EmulatorOptions } from '../../src/emulator';
import type { ESP8285 } from '../../src/esp8285';
import type { Talk } from '../../src/testing';
import type { Socket, SocketOptions } from '../../src/usocket';

/** What a conversation needs: an interface, sockets, and a way to reset the chip. */
export interface Stand {
  readonly nic: ESP8285;
  readonly socket: (options?: Omit<SocketOptions, 'scheduler'>) => Socket;
  /** Restarts the chip. In a replay the chip restarts by itself. */
  readonly reset: () => void;
}

/** Something that a driver does with a modem. It is recorded with the virtual modem, and replayed. */
export interface Conversation {
  readonly name: string;
  readonly about: string;
  readonly modem: Omit<EmulatorOptions, 'hosts' | 'network' | 'scheduler'>;
  /** Emits the results. */
  readonly act: (stand: Stand, key: string) => Observable<string>;
}

const remote = ['192.168.1.9', 80] as const;
const request = 'GET / HTTP/1.0\r\n\r\n';

/** The page that the host of the conversations serves. */
export const page = Array.from({ length: 40 }, (_, line) => `line ${line} of a page that is downloaded\n`).join('');

/** Sends the page some time after the request, and closes. */
export function web(scheduler: SchedulerLike): Talk {
  return (asked$) =>
    asked$.pipe(
      take(1),
      delay(150, scheduler),
      map(() => page),
    );
}

/** Sends nothing and stays connected. */
export const silence: Talk = () => NEVER;

export function pathOf(name: string): string {
  return join(__dirname, `${name}.txt`);
}

/** The text of several recordings, one after the other. */
export function recorded(...names: readonly string[]): string {
  return names.map((name) => readFileSync(pathOf(name), 'utf8')).join('');
}

function download({ nic, socket }: Stand): Observable<string> {
  const client = socket();
  return nic.resolve('host.example').pipe(
    concatMap(([address = '']) => client.connect$([address, 80])),
    concatMap(() => client.sendall$(request)),
    concatMap(() => client.read$()),
    map((bytes) => String(bytes)),
    delayWhen(() => client.close$()),
    delayWhen(() => nic.close$()),
  );
}

function joinAndDownload(stand: Stand, key: string): Observable<string> {
  return stand.nic.start$().pipe(
    concatMap(() => stand.nic.connect$('my-ssid', key)),
    concatMap(() => download(stand)),
  );
}

/** A download whose first attempt is broken off by a reset. The second begins when the interface is up again. */
function downloadTwice(stand: Stand, key: string): Observable<string> {
  const { nic, socket, reset } = stand;
  const client = socket({ receiveBuffer: 500 });
  const broken$ = nic.resolve('host.example').pipe(
    concatMap(([address = '']) => client.connect$([address, 80])),
    concatMap(() => client.sendall$(request)),
    concatMap(() => client.recv$(16)),
    tap(reset),
    concatMap(() => client.read$()),
  );
  const upAgain$ = nic.status$.pipe(first(({ modem, wifi }) => modem === 'up' && wifi === 'up'));
  return nic.start$().pipe(
    concatMap(() => nic.connect$('my-ssid', key)),
    concatMap(() => broken$),
    catchError(() => upAgain$),
    concatMap(() => download(stand)),
  );
}

/** A connection as link 4. The modem has joined its network before. */
export function connect({ nic, socket }: Stand): Observable<Socket> {
  const client = socket();
  return nic.start$().pipe(
    concatMap(() => client.connect$(remote)),
    map(() => client),
  );
}

/** The key of the network. A recording has as many `*` in its place. */
export const key = 'my-password';
const stored = { ssid: 'my-ssid', key };

export const conversations: readonly Conversation[] = [
  {
    name: 'join-and-download-1.5',
    about: 'AT 1.5 at 921600 baud joins a network, resolves a name, and downloads a page, which it pushes.',
    modem: { firmware: '1.5', baud: 921_600 },
    act: joinAndDownload,
  },
  {
    name: 'passive-receive-with-close-1.7.4',
    about: 'AT 1.7.4 with passive receive: the peer closes while its data wait, and CLOSED comes before they are read.',
    modem: { firmware: '1.7.4' },
    act: joinAndDownload,
  },
  {
    name: 'passive-receive-with-close-2.2.2',
    about: 'ESP-AT 2.2.2 with passive receive: CLOSED comes when all has been read.',
    modem: { firmware: '2.2.2' },
    act: joinAndDownload,
  },
  {
    name: 'reset-in-a-download-2.2.2',
    about: 'ESP-AT 2.2.2 at 921600 baud starts again in the middle of a download, and is asked for it once more.',
    modem: { firmware: '2.2.2', baud: 921_600 },
    act: downloadTwice,
  },
  ...(['1.5', '1.7.4', '2.2.2'] as const).map((firmware) => ({
    name: `connected-${firmware}`,
    about: `AT ${firmware}, on a network already: set up, and one connection, which is link 4. Others go on from here.`,
    modem: { firmware, latency: 0, interleave: 0, stored },
    act: (stand: Stand) => connect(stand).pipe(map(() => 'connected')),
  })),
];
