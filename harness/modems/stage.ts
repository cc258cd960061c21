import {
  catchError,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
  throwError,
} from 'rxjs';

import { ESP8285, type ModemOptions } from '../../src/esp8285';
import type { Uart } from '../../src/streams';
import { DatagramSocket, Socket, type SocketOptions } from '../../src/usocket';
import { OSError } from '../../src/usocket/contract/osError';
import { type ScriptedModem, scriptedModem, type ScriptedModemOptions } from '../../src/testing';
import type { Firmware } from './firmware';

export interface StageOptions extends ModemOptions, Pick<ScriptedModemOptions, 'script' | 'awaiting' | 'unasked$'> {
  /** Answers the commands that the script does not answer. */
  readonly firmware: Firmware;
  /** Properties of the line. */
  readonly line?: Pick<Uart, 'longestPause' | 'advice' | 'expect'>;
}

/** A driver on a scripted modem. */
export interface Stage {
  readonly nic: ESP8285;
  readonly modem: ScriptedModem;
  /** Makes a socket with the same scheduler. */
  readonly socket: (options?: SocketOptions) => Socket;
}

/** Makes a driver that has not been started. It pulls data if the firmware can, unless the options say otherwise. */
export function unstarted(scheduler: SchedulerLike, { firmware, line, ...options }: StageOptions): Stage {
  const modem = scriptedModem({ ...options, scheduler, otherwise: firmware.rules });
  const nic = new ESP8285(
    { ...modem.uart, ...line },
    { longestQuiet: Infinity, receive: 'pulled', ...options, scheduler },
  );
  return { nic, modem, socket: (socketOptions = {}) => new Socket(nic, { scheduler, ...socketOptions }) };
}

/** Makes a driver that is set up and on a network at time 0. `heard` begins after that. */
export function stage(scheduler: SchedulerLike, options: StageOptions): Stage {
  const parts = unstarted(scheduler, options);
  parts.nic.start$().subscribe();
  parts.modem.heard.length = 0;
  return parts;
}

/** The same with a socket that is connected at time 0 as link 4. */
export function connected(scheduler: SchedulerLike, options: StageOptions): Stage & { readonly link4: Socket } {
  const parts = stage(scheduler, options);
  const link4 = parts.socket();
  link4.connect$(peer).subscribe();
  parts.modem.heard.length = 0;
  return { ...parts, link4 };
}

/** Makes a socket that listens on port 80 at time 0, if the script accepts that. */
export function listening({ socket }: Stage, options: SocketOptions = {}): Socket {
  const server = socket(options);
  server.bind$(['0.0.0.0', 80]).subscribe();
  server.listen$().subscribe();
  return server;
}

/** Binds a datagram socket to a port. */
export function boundTo(port: number, { nic }: Stage, scheduler: SchedulerLike): Observable<void> {
  return new DatagramSocket(nic, { scheduler }).bind$(['0.0.0.0', port]);
}

/** The peer of the specs, and the commands that connect to it: a driver assigns link numbers from 4 down. */
export const peer = ['192.168.1.9', 80] as const;
export const start4 = 'AT+CIPSTART=4,"TCP","192.168.1.9",80';
export const start3 = 'AT+CIPSTART=3,"TCP","192.168.1.9",80';

/** Bytes as text, for diagrams. */
export function text(): OperatorFunction<Uint8Array | null, string> {
  return map((bytes) => (bytes === null ? 'null' : Buffer.from(bytes).toString('latin1')));
}

/** Replaces an `OSError` by its code, for diagrams. Other errors stay. */
export function code<T>(): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => throwError(() => (error instanceof OSError ? error.code : error)));
}
