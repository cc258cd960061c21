import { afterEach, describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { from, lastValueFrom, of, VirtualTimeScheduler } from 'rxjs';

import { createEmulator } from '../../src/emulator';
import { machine } from '../../src';
import type { Uart } from '../../src/streams';
import { recordUart, replayUart } from '../../src/testing';
import { openUart } from '../../src/transports';

describe('how long a line may pause', () => {
  const opened: Uart[] = [];
  const open = <T extends Uart>(uart: T): T => {
    opened.push(uart);
    return uart;
  };
  afterEach(async () => {
    // Nobody listens there: what the lines end with is another spec's subject.
    for (const uart of opened.splice(0)) await lastValueFrom(from(uart.close()), { defaultValue: undefined });
  });

  it.each([
    ['/dev/none', 100],
    ['tcp://127.0.0.1:1', 3_000],
    ['rfc2217://127.0.0.1:1', 3_000],
  ])('%s: %d ms, also through a machine.UART and a recorder', (target, milliseconds) => {
    const line = open(openUart(target));
    assert.strictEqual(line.longestPause, milliseconds);
    const uart = open(new machine.UART(target));
    assert.strictEqual(uart.longestPause, milliseconds);
    assert.deepStrictEqual(uart.advice, line.advice);
    const recorded = recordUart(line, { sink: () => undefined });
    assert.strictEqual(recorded.longestPause, milliseconds);
    assert.strictEqual(recorded.advice, line.advice);
  });

  it('the virtual modem: 100 ms', () => {
    const emulator = createEmulator();
    assert.strictEqual(emulator.uart.longestPause, 100);
    emulator.close();
    assert.strictEqual(open(new machine.UART('emulator:')).longestPause, 100);
  });

  it('a network line names its server in its advice, and says nothing of a baud rate', () => {
    const { advice } = open(openUart('tcp://127.0.0.1:1'));
    assert.match(advice?.silence ?? '', /127\.0\.0\.1:1.*network/);
    assert.doesNotMatch(advice?.silence ?? 'baud', /baud/);
    const rfc2217 = open(openUart('rfc2217://127.0.0.1:1'));
    assert.match(rfc2217.advice?.loss ?? '', /127\.0\.0\.1:1.*0xFF/);
  });

  it('a replay has that of the line that was recorded, where it is told', () => {
    const scheduler = new VirtualTimeScheduler();
    assert.strictEqual(replayUart('', { scheduler, longestPause: 3_000 }).uart.longestPause, 3_000);
    assert.strictEqual(replayUart('', { scheduler }).uart.longestPause, undefined);
  });

  it('a line that says nothing of it is a line all the same', () => {
    const bare: Uart = { rx$: of(), readiness$: of(), write: () => of(), close: () => of() };
    assert.strictEqual(recordUart(bare, { sink: () => undefined }).longestPause, undefined);
  });
});
