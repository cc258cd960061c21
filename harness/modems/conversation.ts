import { map, type SchedulerLike, tap } from 'rxjs';

import { command } from '../../src/esp8285/commands/command';
import { type Exchange, simpleExchange } from '../../src/esp8285/executor/exchange';
import { Executor } from '../../src/esp8285/executor/executor';
import { Wire } from '../../src/esp8285/executor/wire';
import { cutFrames } from '../../src/esp8285/grammar/cutFrames';
import { type ScriptedModem, scriptedModem, type ScriptedModemOptions } from '../../src/testing';

export interface Conversation {
  readonly executor: Executor;
  readonly wire: Wire;
  readonly modem: ScriptedModem;
}

/** Makes an executor on a scripted modem, without a driver. */
export function conversation(scheduler: SchedulerLike, options: Omit<ScriptedModemOptions, 'scheduler'>): Conversation {
  const modem = scriptedModem({ scheduler, ...options });
  const received$ = modem.uart.rx$.pipe(tap((bytes) => wire.received(bytes)));
  const wire: Wire = new Wire(modem.uart, (expecting) => received$.pipe(cutFrames(expecting)), scheduler);
  const executor = new Executor(wire);
  executor.serving$.subscribe();
  wire.connect();
  return { executor, wire, modem };
}

/** An exchange for a plain command, with a deadline of 100 ms. Its outcome is the answer, joined to one line. */
export function saying(line: string): Exchange<string> {
  const exchange = simpleExchange(command(line), 100);
  return {
    ...exchange,
    converse: (wire) => exchange.converse(wire).pipe(map((lines) => lines.join(' '))),
  };
}
