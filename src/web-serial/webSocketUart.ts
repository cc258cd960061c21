import { asyncScheduler, type SchedulerLike } from 'rxjs';

import { atCaller } from '../usocket/contract/callerStack';
import { OSError } from '../usocket/contract/osError';
import { type ReopenableUart, reopenableUart } from '../transports/line/reopenableUart';
import type { WebSocketConstructor } from './webSocket';
import { webSocketTransport } from './webSocketTransport';

/** The options of a line over a WebSocket. */
export interface WebSocketUartOptions {
  /** How long connecting, and opening the line over there, may take, in milliseconds. Default: 10000. */
  readonly timeout?: number;
  /** The class of the WebSocket, for Node.js 20, which has none: that of the package `ws`. Default: the global one. */
  readonly WebSocket?: WebSocketConstructor;
  /** The scheduler of the time. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Opens the serial line of another machine over a WebSocket, at once. `rx-usocket bridge --port /dev/ttyUSB0` on that
 * machine serves the line, and prints the URL.
 *
 *     const uart = webSocketUart('ws://127.0.0.1:8266/?token=…');
 *     const nic = await network.ESP8285(uart);
 *
 * Errors, of `rx$` and of every write: `ENODEV` when nobody serves a line there, and when the line or the connection is
 * lost; `EBUSY` when another page has the line; the codes of a serial port when the line cannot be opened over there;
 * `ETIMEDOUT`. The speed of the line is that of `bridge`, until `setBaudRate` changes it.
 *
 * @throws `EINVAL` at the call for a URL that is not one of a WebSocket.
 */
export function webSocketUart(url: string, options: WebSocketUartOptions = {}): ReopenableUart {
  const WebSocket = atCaller(() => {
    const { protocol } = parse(url);
    if (protocol !== 'ws:' && protocol !== 'wss:') throw invalid('it begins with ws:// or wss://');
    return options.WebSocket ?? globalSocket();
  });
  const { timeout = 10_000, scheduler = asyncScheduler } = options;
  return reopenableUart(() => webSocketTransport({ url, timeout, WebSocket, scheduler }));
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw invalid('the URL is not valid');
  }
}

function globalSocket(): WebSocketConstructor {
  const { WebSocket } = globalThis as { readonly WebSocket?: WebSocketConstructor };
  if (WebSocket) return WebSocket;
  throw invalid('there is no WebSocket here; give the class of the package ws with the option WebSocket');
}

/** The URL is not in the message, because it may contain a token. */
function invalid(why: string): OSError {
  return new OSError('EINVAL', 'open', `open a line over a WebSocket: ${why}; try ws://127.0.0.1:8266`);
}
