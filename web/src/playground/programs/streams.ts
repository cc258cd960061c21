// The same sockets as streams. A marble is a value of a stream:
//
//     question$  --?---?---?|
//     answer$    ----!---!---!|
import { machine, network, usocket } from 'rx-usocket';
import {
  concat,
  concatMap,
  ignoreElements,
  interval,
  lastValueFrom,
  map,
  merge,
  scan,
  take,
  tap,
  timeInterval,
} from 'rxjs';

const nic = await network.ESP8285(new machine.UART('modem', Number(process.env['BAUD'])));
await nic.connect(process.env['SSID'] ?? '', process.env['RX_USOCKET_KEY'] ?? '');

const sock = usocket.socket();
await sock.connect((await usocket.getaddrinfo('echo.example', 7))[0][4]);

const question$ = interval(400).pipe(
  take(8),
  map((n) => `question ${n}\n`),
);
const sent$ = question$.pipe(
  concatMap((question) => sock.sendall$(question)),
  ignoreElements(),
);
const answer$ = sock.data$.pipe(
  map((chunk) => chunk.toString()),
  timeInterval(),
  tap(({ value, interval: after }) => console.log(`${value.trim()}, after ${Math.round(after)} ms`)),
  scan((count, { value }) => count + (value.match(/\n/g)?.length ?? 0), 0),
);
const closed$ = sock.close$().pipe(ignoreElements());

const answers = await lastValueFrom(concat(merge(answer$, sent$).pipe(take(8)), closed$));
console.log(`${answers} answers`);
await nic.close();
