import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import {
  concat,
  concatMap,
  ignoreElements,
  range,
  type SchedulerAction,
  type SchedulerLike,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';

import { createEmulator, type FirmwareVersion } from '../../src/emulator';
import { ESP8285, type ModemOptions } from '../../src/esp8285';
import { MemoryNetwork } from '../../src/testing/memoryNetwork';
import { Socket } from '../../src/usocket';
import { text } from '../../harness/modems/stage';
import { replacing } from '../../harness/modems/started';
import { letPass } from '../../harness/time/virtualTime';

const rounds = 50;
const port = 7;

type Receive = NonNullable<ModemOptions['receive']>;

/** What one byte there and back costs the driver and its socket, on average. */
interface Cost {
  /** Chunks that are written to the line. */
  readonly writes: number;
  /** Actions that are scheduled, most of which are cancelled before they are due. */
  readonly timers: number;
}

/** Sends a byte to an echo server and receives it, again and again, and counts after the first rounds. */
function costOf(firmware: FirmwareVersion, receive: Receive): Cost {
  const scheduler = new VirtualTimeScheduler(undefined, 0);
  let [writes, timers] = [0, 0];
  // The modem lives in the same time, and its timers do not count.
  const counting: SchedulerLike = {
    now: () => scheduler.now(),
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) => {
      timers++;
      return scheduler.schedule(work, delay, state);
    },
  };
  const emulator = createEmulator({
    scheduler,
    firmware,
    baud: 921_600,
    latency: 1,
    interleave: 0,
    stored: { ssid: 'my-ssid', key: 'my-password' },
    network: new MemoryNetwork(new Map([[port, (sent$) => sent$]])),
  });
  const line = replacing(emulator.uart, {
    write: (bytes) => {
      writes++;
      return emulator.uart.write(bytes);
    },
  });
  const nic = new ESP8285(line, { scheduler: counting, receive, longestQuiet: Infinity });
  const socket = new Socket(nic, { scheduler: counting });
  concat(nic.start$(), socket.connect$(['127.0.0.1', port])).subscribe();
  letPass(scheduler, 20_000);
  const echo = (): void => {
    let received: readonly string[] = [];
    range(0, rounds)
      .pipe(
        concatMap(() => concat(socket.sendall$('x').pipe(ignoreElements()), socket.recv$(9))),
        text(),
        toArray(),
      )
      .subscribe((all) => (received = all));
    letPass(scheduler, 5_000);
    assert.equal(received.filter((bytes) => bytes === 'x').length, rounds);
  };
  echo();
  [writes, timers] = [0, 0];
  echo();
  const cost = { writes: writes / rounds, timers: timers / rounds };
  nic.close$().subscribe();
  emulator.close();
  return cost;
}

describe('one byte there and back', () => {
  it.each<readonly [FirmwareVersion, Receive, Cost]>([
    ['2.2.2', 'pulled', { writes: 3, timers: 6 }],
    ['1.7.4', 'pulled', { writes: 3, timers: 7 }],
    ['2.2.2', 'adaptive', { writes: 2, timers: 7 }],
    ['1.7.4', 'adaptive', { writes: 2, timers: 9 }],
  ])('costs the writes of its conversation, and few timers: AT %s, %s', (firmware, receive, most) => {
    const { writes, timers } = costOf(firmware, receive);
    assert.equal(writes, most.writes);
    // As measured: the turn of the sender, silences and deadlines. An adaptive driver keeps some blocks for a moment.
    assert.ok(timers <= most.timers, `${timers} timers`);
  });
});
