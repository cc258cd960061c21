import {
  catchError,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
  throwError,
} from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import { ESP8285, type ModemOptions } from '../../src/esp8285';
import { Socket, type SocketOptions } from '../../src/usocket';
import { OSError } from '../../src/usocket/osError';
import type { Firmware } from './firmware';
import { type Rule, type ScriptedModem, scriptedModem } from './scriptedModem';

export interface StageOptions extends ModemOptions {
  readonly firmware: Firmware;
  /** What the modem does otherwise than its firmware's rules say. */
  readonly script?: readonly Rule[];
  readonly unasked$?: Observable<string | Uint8Array>;
}

/** A driver at a scripted modem that is set up and on a network, at time 0; `heard` begins after that. */
export interface Stage {
  readonly nic: ESP8285;
  readonly modem: ScriptedModem;
  /** A socket that keeps the same time. */
  readonly socket: (options?: SocketOptions) => Socket;
}

export function stage(scheduler: TestScheduler, options: StageOptions): Stage {
  const { firmware, script = [], unasked$, ...modemOptions } = options;
  const modem = scriptedModem({ scheduler, script, otherwise: firmware.rules, ...(unasked$ && { unasked$ }) });
  const nic = new ESP8285(modem.uart, { scheduler, ...modemOptions });
  nic.start$().subscribe();
  modem.heard.length = 0;
  return { nic, modem, socket: (socketOptions = {}) => new Socket(nic, { scheduler, ...socketOptions }) };
}

/** The peer of the specs, and how a driver that gives numbers from 4 down asks for it first. */
export const peer = ['192.168.1.9', 80] as const;
export const start4 = 'AT+CIPSTART=4,"TCP","192.168.1.9",80';
export const start3 = 'AT+CIPSTART=3,"TCP","192.168.1.9",80';

/** Bytes as text, for diagrams. */
export function text(): OperatorFunction<Uint8Array | null, string> {
  return map((bytes) => (bytes === null ? 'null' : Buffer.from(bytes).toString('latin1')));
}

/** An `OSError` as its code, for diagrams; anything else that fails stays what it is. */
export function code<T>(): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => throwError(() => (error instanceof OSError ? error.code : error)));
}
