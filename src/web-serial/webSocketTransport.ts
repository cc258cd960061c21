import {
  BehaviorSubject,
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  interval,
  map,
  merge,
  Observable,
  ReplaySubject,
  type SchedulerLike,
  Subject,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';

import { OSError } from '../usocket/contract/osError';
import { withoutPassword } from '../transports/line/lineName';
import { checkBaudRate } from '../transports/line/serialSettings';
import type { Transport } from '../transports/line/transportUart';
import { type LineMessage, lineProtocol, parseLineMessage, type SpeedRequest } from './lineMessages';
import type { WebSocketConstructor, WebSocketLike } from './webSocket';

/** The parts of a {@link webSocketTransport}. */
export interface WebSocketTransportOptions {
  readonly url: string;
  readonly timeout: number;
  readonly WebSocket: WebSocketConstructor;
  readonly scheduler: SchedulerLike;
}

/** The network may send a packet again, which takes seconds. */
const longestPause = 3000;
/** The most bytes that wait in the WebSocket before a write has to wait. */
const highWater = 65_536;
/** A WebSocket does not tell when it has sent its bytes, so it is asked after this many milliseconds. */
const pollInterval = 10;

/** Opens the line of another machine over a WebSocket, at once, and makes a {@link Transport} of it. */
export function webSocketTransport({ url, timeout, WebSocket, scheduler }: WebSocketTransportOptions): Transport {
  const name = withoutPassword(url.replace(/[?#].*$/, ''));
  const messages = new Subject<LineMessage>();
  const notices = new ReplaySubject<string>(1);
  const writable = new BehaviorSubject(false);
  const closed$ = new Subject<void>();
  let wasOpen = false;
  let baudRate: number | undefined;
  const socket = new WebSocket(url, lineProtocol);
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('close', () => closed$.next());

  const bytes$ = new Observable<Uint8Array>((subscriber) => {
    let loss: OSError | undefined;
    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') {
        subscriber.next(new Uint8Array(data as ArrayBuffer));
        return;
      }
      const message = parseLineMessage(data);
      if (!message) return;
      if (message.kind === 'line') {
        wasOpen = true;
        ({ baudRate } = message);
        writable.next(true);
      } else if (message.kind === 'notice') notices.next(message.message);
      else if (message.kind === 'lost') {
        loss = new OSError(message.code, wasOpen ? 'read' : 'connect', `${name}: ${message.message}`);
      }
      messages.next(message);
    });
    // An `error` says nothing, and `close` follows it.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', ({ reason }) => subscriber.error(loss ?? lossOf(name, wasOpen, reason)));
  });
  const late$ = timer(timeout, scheduler).pipe(
    tap(() => {
      throw new OSError('ETIMEDOUT', 'connect', `connect to ${name}: no line was opened there within ${timeout} ms`);
    }),
    ignoreElements(),
    takeUntil(writable.pipe(filter(Boolean))),
  );
  /** Completes when the line is open. A WebSocket that still connects refuses what it is to send. */
  const open$ = defer(() => (wasOpen ? EMPTY : writable.pipe(filter(Boolean), take(1), ignoreElements())));
  /** Completes when the WebSocket has sent enough of its bytes. */
  const drained$ = defer(() => {
    if (socket.bufferedAmount <= highWater) return EMPTY;
    writable.next(false);
    return interval(pollInterval, scheduler).pipe(
      filter(() => socket.bufferedAmount <= highWater),
      take(1),
      tap(() => writable.next(true)),
      ignoreElements(),
      takeUntil(closed$),
    );
  });

  return {
    name,
    received$: merge(bytes$, late$),
    writable$: writable,
    notices$: notices.asObservable(),
    send: (bytes) => {
      const sent$ = defer(() => {
        // The view of a `Buffer` may be a part of a larger one. A WebSocket sends the part alone.
        socket.send(bytes as Uint8Array<ArrayBuffer>);
        return drained$;
      });
      return concat(open$, sent$);
    },
    get baudRate() {
      return baudRate;
    },
    setBaudRate: (wanted) => {
      const changed$ = defer(() => {
        socket.send(JSON.stringify({ kind: 'set-speed', baudRate: wanted } satisfies SpeedRequest));
        return messages.pipe(
          filter((message) => message.kind === 'speed' || message.kind === 'refused'),
          take(1),
          map((message) => {
            if (message.kind === 'refused') throw new OSError('EINVAL', 'open', `${name}: ${message.message}`);
          }),
          ignoreElements(),
        );
      });
      return defer(() => {
        checkBaudRate(`change the speed of ${name}`, wanted);
        return concat(open$, changed$);
      });
    },
    longestPause,
    advice: {
      loss: `check the serial port of ${name}: its speed, its wiring, its flow control`,
      silence: `check the machine of ${name}, and the network to it`,
    },
    release: () => close(socket, closed$, scheduler),
  };
}

/** How long the other side may take to confirm the end, in milliseconds. */
const linger = 1000;

function close(socket: WebSocketLike, closed$: Observable<void>, scheduler: SchedulerLike): Observable<never> {
  return defer(() => {
    if (socket.readyState === 3) return EMPTY;
    socket.close(1000);
    return merge(closed$, timer(linger, scheduler)).pipe(take(1), ignoreElements());
  });
}

function lossOf(name: string, wasOpen: boolean, reason: string): OSError {
  const said = reason === '' ? '' : ` (it says: ${reason})`;
  if (!wasOpen) {
    // A browser does not tell why it was refused.
    const advice = 'check that `rx-usocket bridge` runs there, and that the URL has its token';
    return new OSError('ENODEV', 'connect', `connect to ${name}: the line cannot be opened; ${advice}${said}`);
  }
  return new OSError('ENODEV', 'read', `${name}: the line is lost; check the machine there, and open it again${said}`);
}
