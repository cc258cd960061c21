import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import type { EmulatorOptions } from '../../../src/emulator';
import { converse, type DamagedLineOptions, type Outcome } from '../../../harness/modems/damagedLine';

/** Text that ends in all that a modem's own words could be part of; two peers take turns. */
const parts = [
  [10, 0, 'one: the first line\r\n'],
  [10, 1, 'the other, 1'],
  [60, 0, 'two, the end'],
  [80, 1, 'the other ends\r\n4'],
] as const;

const modems: readonly (readonly [string, EmulatorOptions, Partial<DamagedLineOptions>])[] = [
  ['AT 1.5, pushing', { firmware: '1.5' }, {}],
  ['AT 1.7.4, pulled', { firmware: '1.7.4' }, { receive: 'pulled' }],
  ['AT 1.7.4, pushing', { firmware: '1.7.4' }, { receive: 'pushed' }],
  ['AT 1.7.4, adaptive', { firmware: '1.7.4' }, { receive: 'adaptive' }],
  ['ESP-AT 2.2.2, adaptive', { firmware: '2.2.2' }, { receive: 'adaptive' }],
  ['ESP-AT 2.2.2, pulled', { firmware: '2.2.2' }, { receive: 'pulled' }],
  ['ESP-AT 2.2.2, pushing', { firmware: '2.2.2' }, { receive: 'pushed' }],
];

describe.each(modems)(
  'a download of two sockets over a line that is damaged at one place, %s',
  (_, firmware, options) => {
    const over = (emulated: EmulatorOptions, damage?: DamagedLineOptions['damage']) =>
      converse({ emulated: { ...firmware, ...emulated }, parts, ...options, ...(damage && { damage }) });

    /** Damages each byte that the modem prints in turn. */
    function* everywhere(
      emulated: EmulatorOptions,
      kind: 'lose' | 'flip',
      bytes: number,
    ): Generator<readonly Outcome[]> {
      const { outcomes, printed } = over(emulated);
      assert.deepStrictEqual(outcomes.map(endedWell), [true, true]);
      assert.ok(printed > 100);
      for (let after = 0; after < printed; after++) {
        yield over(emulated, (emulator) => {
          emulator.fault({ kind, bytes, after });
        }).outcomes;
      }
    }

    it.each([
      ['a byte is lost, and what is printed comes as one chunk', 1, 'whole'],
      ['a byte is lost, and all comes in odd chunks', 1, 5],
      ['three bytes are lost', 3, 'whole'],
    ] as const)('%s: everything, or a true beginning and an error', (__, bytes, chunking) => {
      let failed = 0;
      for (const outcomes of everywhere({ chunking }, 'lose', bytes)) {
        for (const { sent, received, ended } of outcomes) {
          assert.strictEqual(received, sent.slice(0, received.length));
          assert.match(ended, /^(?:end|EIO|ECONNRESET)$/);
          if (ended === 'end') assert.strictEqual(received, sent);
          else failed++;
        }
      }
      assert.ok(failed > 0);
    });

    it('a flipped bit shifts nothing, and nothing waits for ever', () => {
      for (const outcomes of everywhere({ chunking: 'whole' }, 'flip', 1)) {
        for (const { sent, received, ended } of outcomes) {
          const [given, taken] = [Buffer.from(sent, 'latin1'), Buffer.from(received, 'latin1')];
          assert.ok(taken.filter((byte, at) => byte !== given[at]).length <= 1);
          assert.match(ended, /^(?:end|EIO|ECONNRESET)$/);
          if (ended === 'end') assert.strictEqual(received.length, sent.length);
        }
      }
    });
  },
);

function endedWell({ sent, received, ended }: Outcome): boolean {
  return ended === 'end' && received === sent;
}
