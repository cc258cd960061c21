import { describe, expect, it } from '@jest/globals';
import { faultArguments } from 'rx-usocket/emulator';
import type { CallEvent } from 'rx-usocket/watch';

import { marbles } from '../../../harness/time/marbles';
import { faultsSeen, nothingSeen } from '../../src/faults/faultsSeen';
import { argumentLabels, textOf } from '../../src/faults/faultTexts';
import { givenFault } from '../../src/faults/givenFault';

describe('the fault of a form', () => {
  it('has the arguments that are given', () => {
    expect(givenFault('wifi-lost', faultArguments['wifi-lost'], { for: ' 5000 ', links: '' })).toEqual({
      kind: 'wifi-lost',
      for: 5000,
    });
    expect(givenFault('reset', faultArguments.reset, { loseReady: 'on' })).toEqual({ kind: 'reset', loseReady: true });
    expect(givenFault('lose', faultArguments.lose, { bytes: '', after: '', from: 'host' })).toEqual({
      kind: 'lose',
      from: 'host',
    });
  });

  it('refuses what is no number', () => {
    expect(() => givenFault('busy', faultArguments.busy, { for: 'long' })).toThrow('for: a whole number, not "long"');
  });

  it('has a text for each fault, and a label for each argument', () => {
    for (const [kind, table] of Object.entries(faultArguments)) {
      expect(textOf(kind).title).not.toBe(kind);
      for (const name of Object.keys(table)) expect(argumentLabels).toHaveProperty(name);
    }
  });
});

describe('what the sockets have seen', () => {
  const call: CallEvent = { type: 'call', time: 5, id: 1, socket: 1, name: 'recv', stage: 'fails', text: 'lost' };

  it(
    'begins anew with each fault',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const fault = { title: 'Restart', time: 4 };
      const given$ = hot('   --f-----f--', { f: fault });
      const batches$ = hot(' b---b-n----', { b: [call], n: [{ ...call, stage: 'begins' as const }] });
      const expected = '     a-f-g-g-f--';
      expectObservable(faultsSeen(given$, batches$), '^---------!').toBe(expected, {
        a: { ...nothingSeen, failures: [call] },
        f: { fault, failures: [] },
        g: { fault, failures: [call] },
      });
      expectSubscriptions(batches$.subscriptions).toBe('^---------!');
    }),
  );
});
