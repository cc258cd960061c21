import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  from,
  fromEvent,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  take,
  takeUntil,
  tap,
} from 'rxjs';
import type { WebSocket } from 'ws';

import type { Uart } from '../../streams';
import { OSError } from '../../usocket';
import { messageOf } from '../../usocket/contract/messageOf';
import { type LineMessage, parseSpeedRequest } from '../../web-serial/lineMessages';
import { codeOf } from '../console/exitCodes';

/** A message of the page: text, or bytes of the line. */
interface MessageEvent {
  readonly data: string | Buffer;
}

/** The most bytes that wait for a page that does not read them. A line with flow control is held from half of it on. */
const mostWaiting = 4 << 20;
/** The most bytes of the page that wait for the line. */
const mostUnwritten = 65_536;

/**
 * Opens a line and connects the WebSocket of a page with it, until one of them ends. Then the other one is closed, and the
 * observable completes. Nothing is dropped: a page that does not read loses the line, with `ENOBUFS`.
 *
 * @param note Is told why the line is lost, or cannot be opened.
 */
export function bridgeLine(socket: WebSocket, open: () => Uart, note: (text: string) => void): Observable<never> {
  const say = (message: LineMessage): void => {
    socket.send(JSON.stringify(message));
  };
  const tellLoss = (error: unknown): Observable<never> => {
    const message = messageOf(error);
    note(`The line is lost: ${message}`);
    say({ kind: 'lost', code: error instanceof OSError ? error.code : 'ENODEV', message });
    return EMPTY;
  };
  return defer(() => connect(socket, open(), { say, tellLoss })).pipe(
    catchError(tellLoss),
    finalize(() => {
      socket.close(1000);
    }),
  );
}

/** Tells a page that another one has the line, and hangs up. In the handshake, a browser would not tell it to the page. */
export function refusePage(socket: WebSocket): void {
  const message = 'another page has the line; close that page, or stop its program';
  socket.send(JSON.stringify({ kind: 'lost', code: 'EBUSY', message } satisfies LineMessage));
  socket.close(1000);
}

interface Page {
  readonly say: (message: LineMessage) => void;
  readonly tellLoss: (error: unknown) => Observable<never>;
}

function connect(socket: WebSocket, line: Uart, { say, tellLoss }: Page): Observable<never> {
  const closed$ = fromEvent(socket, 'close').pipe(take(1));
  const opened$ = line.readiness$.pipe(
    filter(({ writable }) => writable),
    take(1),
    tap(() => say({ kind: 'line', port: line.port ?? 'line', baudRate: line.baudRate })),
  );
  const notices$ = (line.notices$ ?? EMPTY).pipe(tap((message) => say({ kind: 'notice', message })));
  const bridged$ = merge(opened$, notices$, toPage(socket, line), fromPage(socket, line, say)).pipe(
    ignoreElements(),
    catchError(tellLoss),
  );
  const closing$ = defer(() => line.close()).pipe(
    ignoreElements(),
    catchError(() => EMPTY),
  );
  return concat(bridged$.pipe(takeUntil(closed$)), closing$);
}

function toPage(socket: WebSocket, line: Uart): Observable<unknown> {
  let isHeld = false;
  const hold = (held: boolean): void => {
    isHeld = held;
    line.hold?.(held);
  };
  return line.rx$.pipe(
    tap((chunk) => {
      socket.send(chunk, () => {
        if (isHeld && socket.bufferedAmount === 0) hold(false);
      });
      if (!isHeld && socket.bufferedAmount > mostWaiting / 2) hold(true);
      if (socket.bufferedAmount > mostWaiting) {
        const why = `the page has not read ${socket.bufferedAmount} bytes of the line`;
        throw new OSError('ENOBUFS', 'read', `${why}; close the page, or read faster`);
      }
    }),
  );
}

function fromPage(socket: WebSocket, line: Uart, say: (message: LineMessage) => void): Observable<unknown> {
  let unwritten = 0;
  const written = (length: number): void => {
    unwritten -= length;
    if (socket.isPaused && unwritten <= mostUnwritten) socket.resume();
  };
  return fromEvent(socket, 'message', (event: MessageEvent) => event).pipe(
    tap(({ data }) => {
      unwritten += data.length;
      if (unwritten > mostUnwritten) socket.pause();
    }),
    concatMap(({ data }) =>
      (typeof data === 'string' ? answerTo(data, line).pipe(tap(say)) : from(line.write(data))).pipe(
        finalize(() => {
          written(data.length);
        }),
      ),
    ),
  );
}

/** Changes the speed of the line, if a message asks for that. */
function answerTo(text: string, line: Uart): Observable<LineMessage> {
  const request = parseSpeedRequest(text);
  if (!request) return EMPTY;
  const { baudRate } = request;
  const { setBaudRate } = line;
  if (!setBaudRate) return of({ kind: 'refused', message: 'the speed of this line cannot be changed from here' });
  return concat(
    defer(() => setBaudRate(baudRate)).pipe(ignoreElements()),
    of({ kind: 'speed', baudRate } as const),
  ).pipe(
    catchError((error: unknown) => {
      // A line that is lost ends the bridge by its own error.
      if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ETIMEDOUT') return EMPTY;
      return of({ kind: 'refused', message: messageOf(error) } as const);
    }),
    map((message): LineMessage => message),
  );
}
