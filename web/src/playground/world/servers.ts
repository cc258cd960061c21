import {
  concat,
  concatMap,
  defer,
  delay,
  EMPTY,
  filter,
  from,
  ignoreElements,
  map,
  type Observable,
  of,
  scan,
  type SchedulerLike,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { NetworkError } from 'rx-usocket/emulator';
import type { Talk } from 'rx-usocket/testing';

/** The bytes of a segment of TCP. */
const segment = 1460;

/** Sends back what comes. */
export const echo: Talk = (received$) => received$;

/** Answers nothing, and takes everything. `took` gets all that has come over a connection so far. */
export const sink =
  (took: (all: Buffer) => void): Talk =>
  (received$) =>
    received$.pipe(
      scan((all, bytes) => Buffer.concat([all, bytes]), Buffer.alloc(0)),
      tap(took),
      ignoreElements(),
    );

/** A web server of HTTP 1.0 with these files. It reads the request, sends the answer and closes. */
export const web =
  (files: ReadonlyMap<string, Uint8Array>): Talk =>
  (received$) =>
    requestOf(received$).pipe(concatMap((request) => answer(request, files)));

/** The same, but each segment comes after a pause. */
export const slowWeb =
  (files: ReadonlyMap<string, Uint8Array>, pause: number, time: SchedulerLike): Talk =>
  (received$) =>
    from(web(files)(received$)).pipe(concatMap((piece) => of(piece).pipe(delay(pause, time))));

/** Sends a few lines, and then resets the connection. */
export const resetting =
  (time: SchedulerLike): Talk =>
  () =>
    concat(
      from(['The first line.\n', 'The second line.\n', 'And now the']).pipe(
        concatMap((line) => of(line).pipe(delay(400, time))),
      ),
      timer(400, time).pipe(
        concatMap(() => throwError(() => new NetworkError('reset', 'the server has reset the connection'))),
      ),
    );

/** Says the time, and closes, as RFC 867 asks. */
export const daytime =
  (time: SchedulerLike): Talk =>
  () =>
    defer(() => of(`${new Date(time.now()).toUTCString()}\r\n`));

/** Answers each datagram with the time. */
export const daytimeDatagrams =
  (time: SchedulerLike): Talk =>
  (received$) =>
    received$.pipe(map(() => `${new Date(time.now()).toUTCString()}\r\n`));

/** The head of a request, when all of it has come. */
function requestOf(received$: Observable<Buffer>): Observable<string> {
  return received$.pipe(
    scan((head, bytes) => head + bytes.toString('latin1'), ''),
    filter((head) => head.includes('\r\n\r\n')),
    take(1),
  );
}

function answer(request: string, files: ReadonlyMap<string, Uint8Array>): Observable<Uint8Array | string> {
  const [, method = '', target = ''] = /^(\S+) (\S+)/.exec(request) ?? [];
  const [path = ''] = target.split('?');
  const body = files.get(path);
  if (!body) {
    const text = `There is no ${path} here, but ${[...files.keys()].join(', ')}.\n`;
    return of(`HTTP/1.0 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
  }
  const head = [`HTTP/1.0 200 OK`, `Content-Type: ${typeOf(path)}`, `Content-Length: ${body.length}`, '', ''].join(
    '\r\n',
  );
  return concat(of(head), method === 'HEAD' ? EMPTY : from(segmentsOf(body)));
}

function typeOf(path: string): string {
  if (path.endsWith('.bmp')) return 'image/bmp';
  return path.endsWith('.txt') ? 'text/plain' : 'text/html';
}

function segmentsOf(body: Uint8Array): Uint8Array[] {
  const count = Math.ceil(body.length / segment);
  return Array.from({ length: count }, (_, index) => body.subarray(index * segment, (index + 1) * segment));
}
