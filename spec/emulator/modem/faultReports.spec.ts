import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { VirtualTimeScheduler } from 'rxjs';

import { createEmulator } from '../../../src/emulator';

describe('events$ of a virtual modem', () => {
  it('tells of each fault, with what it was given, before what the fault does', () => {
    const scheduler = new VirtualTimeScheduler();
    const emulator = createEmulator({ scheduler, faults: [{ kind: 'lose-result', as: 'A\r\n', at: 5 }] });
    const told: string[] = [];
    emulator.events$.subscribe(({ at, kind, text }) => told.push(`${at} ${kind}: ${text}`));
    emulator.fault({ kind: 'wifi-lost', for: 3, links: 'late' });
    emulator.fault({ kind: 'watchdog' });
    scheduler.flush();
    assert.deepStrictEqual(
      told.filter((line) => line.includes('fault') || line.includes('restarts')),
      [
        '0 fault: wifi-lost, for 3, links late',
        '0 fault: watchdog',
        '0 modem: restarts',
        '5 fault: lose-result, as A\ufffd\ufffd',
      ],
    );
  });
});
