import type { EventEmitter } from 'node:events';
import type { Server, Socket } from 'node:net';
import { types } from 'node:util';

/** The events of `net.Socket` that Node.js documents. */
const events = [
  ...['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'ready', 'data', 'end', 'drain'],
  ...['timeout', 'finish', 'error', 'close'],
];

/** Notes the events of a socket. Data that come in several pieces are noted once. */
export function eventsOf(socket: Socket, { data = true } = {}): readonly string[] {
  const log: string[] = [];
  noteEvents(socket, log, data);
  return log;
}

/** Adds the events of a socket to a log, each with the state at that moment: `'connect open'`. */
export function noteEvents(socket: Socket, log: string[], data: boolean): void {
  for (const event of events) {
    if (event === 'data' && !data) continue;
    socket.on(event, (first: unknown) => {
      const detail = event === 'close' || event === 'error' ? ` ${shown(first)}` : '';
      const entry = `${event} ${socket.readyState}${detail}`;
      if (event !== 'data' || log.at(-1) !== entry) log.push(entry);
    });
  }
}

/** Adds the events of a server to a log, each with whether it listens: `'server listening true'`. */
export function noteServerEvents(server: Server, log: string[]): void {
  for (const event of ['listening', 'connection', 'drop', 'error', 'close']) {
    server.on(event, (first: unknown) => {
      log.push(`server ${event} ${event === 'error' ? shown(first) : server.listening}`);
    });
  }
}

function shown(value: unknown): string {
  if (types.isNativeError(value)) return 'code' in value ? String(value.code) : value.name;
  return String(value);
}

/** Waits until a socket, or what a library has over one, has closed, whether or not it has failed. */
export function closed(socket: EventEmitter): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Waits until it has failed, and returns its error. */
export function errorOf(socket: EventEmitter): Promise<NodeJS.ErrnoException> {
  return new Promise((resolve) => socket.once('error', resolve));
}
