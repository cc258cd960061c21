import { describe, expect, it } from '@jest/globals';
import { Command, InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import assert from 'node:assert/strict';

import { faultHelp, parseFault } from '../../../src/cli/options/fault';
import type { Fault, ScheduledFault } from '../../../src/emulator';

/** The argument of each kind that needs no name. */
const firsts: Partial<Record<Fault['kind'], string>> = {
  'brown-out': 'bytes',
  lose: 'bytes',
  flip: 'bytes',
  busy: 'for',
  silence: 'for',
  'log-leak': 'for',
  'wifi-lost': 'for',
  'dhcp-lost': 'for',
  'cut-block': 'after',
};

const bytes = fc.nat({ max: 999_999_999 });
const time = fc.nat({ max: 2 ** 31 - 1 });
const isSo = fc.constant(true as const);
const option: { requiredKeys: ('kind' | 'at')[]; noNullPrototype: true } = {
  requiredKeys: ['kind', 'at'],
  noNullPrototype: true,
};
const damage = { at: time, bytes, after: bytes, from: fc.constantFrom('modem' as const, 'host' as const) };
const lasting = { at: time, for: time };

const faults: fc.Arbitrary<ScheduledFault> = fc.oneof(
  fc.record({ kind: fc.constant('reset' as const), at: time, loseReady: isSo }, option),
  fc.record({ kind: fc.constant('brown-out' as const), at: time, bytes }, option),
  fc.record({ kind: fc.constantFrom('lose' as const, 'flip' as const), ...damage }, option),
  fc.record(
    {
      kind: fc.constantFrom('busy' as const, 'silence' as const, 'log-leak' as const, 'dhcp-lost' as const),
      ...lasting,
    },
    option,
  ),
  fc.record(
    { kind: fc.constant('wifi-lost' as const), ...lasting, links: fc.constantFrom('close', 'late', 'keep') },
    option,
  ),
  fc.record({ kind: fc.constant('cut-block' as const), at: time, after: bytes }, option),
  fc.record({ kind: fc.constant('send-fail' as const), at: time, thenOk: isSo }, option),
  fc.record({ kind: fc.constant('keep-waiting' as const), at: time, overtake: isSo }, option),
  fc
    .constantFrom('lose-prompt' as const, 'lose-reply' as const, 'lose-notice' as const, 'lose-closed' as const)
    .chain((kind) => time.map((at) => ({ kind, at }))),
  time.chain((at) => fc.constantFrom('watchdog' as const, 'unplug' as const).map((kind) => ({ kind, at }))),
);

/** A fault as it is written, its arguments with their names or, where they may be, without. */
function written({ kind, at, ...values }: ScheduledFault, isNamed: boolean): string {
  const given = Object.entries(values).map(([name, value]: [string, unknown]) => {
    if (value === true) return name;
    const text = name === 'for' ? `${String(value)}ms` : String(value);
    return name === firsts[kind] && !isNamed ? text : `${name}=${text}`;
  });
  return `${[kind, ...given].join(':')}@${at}ms`;
}

describe('a fault on the command line', () => {
  it.each<readonly [string, ScheduledFault]>([
    ['reset@2s', { kind: 'reset', at: 2000 }],
    ['reset:loseReady@0s', { kind: 'reset', loseReady: true, at: 0 }],
    ['brown-out@1500ms', { kind: 'brown-out', at: 1500 }],
    ['marginal@5s', { kind: 'marginal', at: 5000 }],
    ['marginal:460800:every=20:from=host@0s', { kind: 'marginal', above: 460_800, every: 20, from: 'host', at: 0 }],
    ['lose:3@5s', { kind: 'lose', bytes: 3, at: 5000 }],
    ['flip:1:from=host@4s', { kind: 'flip', bytes: 1, from: 'host', at: 4000 }],
    ['busy:2s@3s', { kind: 'busy', for: 2000, at: 3000 }],
    ['silence:1.5m@0.5s', { kind: 'silence', for: 90_000, at: 500 }],
    ['wifi-lost:5s:links=keep@10s', { kind: 'wifi-lost', for: 5000, links: 'keep', at: 10_000 }],
    ['wifi-lost:links=late:for=5s@10s', { kind: 'wifi-lost', for: 5000, links: 'late', at: 10_000 }],
    ['lose-prompt@2s', { kind: 'lose-prompt', at: 2000 }],
    ['send-fail:thenOk@2s', { kind: 'send-fail', thenOk: true, at: 2000 }],
    ['cut-block:700@2s', { kind: 'cut-block', after: 700, at: 2000 }],
    ['log-leak:1s@0s', { kind: 'log-leak', for: 1000, at: 0 }],
    ['unplug@20s', { kind: 'unplug', at: 20_000 }],
  ])('%s', (text, expected) => {
    assert.deepStrictEqual(parseFault(text), [expected]);
  });

  it('is understood as it was meant, whatever it is', () => {
    fc.assert(
      fc.property(faults, fc.boolean(), (fault, isNamed) => {
        assert.deepStrictEqual(parseFault(written(fault, isNamed)), [fault]);
      }),
    );
  });

  it('is refused with a word of what is wrong, or understood, whatever is written', () => {
    const words = fc.constantFrom(
      'reset',
      'lose',
      'busy',
      'wifi-lost',
      '@',
      ':',
      '=',
      '2s',
      '3',
      'from',
      'host',
      'for',
    );
    const anything = fc.oneof(
      fc.string(),
      fc.array(words).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          expect(parseFault(text)).toHaveLength(1);
        } catch (error) {
          assert.ok(error instanceof InvalidArgumentError && error.message.endsWith('.'), String(error));
        }
      }),
    );
  });

  it('comes behind those before it', async () => {
    const command = new Command().option('--fault <what@when>', '', parseFault);
    let given: unknown;
    command.action((options: { fault: unknown }) => void (given = options.fault));
    await command.parseAsync(['--fault', 'reset@1s', '--fault', 'unplug@2s'], { from: 'user' });
    expect(given).toEqual([
      { kind: 'reset', at: 1000 },
      { kind: 'unplug', at: 2000 },
    ]);
  });

  it.each([
    ['reset', 'It does not say when; try reset@2s.'],
    ['reset@', '"" is not a time; try 1500ms, 2s or 1.5m.'],
    ['reset@2', '"2" is not a time'],
    ['reset@-2s', '"-2s" is not a time'],
    ['reset@2s@3s', '"2s@3s" is not a time'],
    ['reset@999999m', '"999999m" is longer than 24 days.'],
    ['@2s', 'There is no fault ""; there are reset, watchdog, brown-out,'],
    ['toString@2s', 'There is no fault "toString"'],
    ['reset:5@2s', '"reset" does not take "5"; it takes loseReady.'],
    ['reset:loseReady=1@2s', 'It is said or not, and takes no value: not "1".'],
    ['unplug:now@2s', '"unplug" does not take "now"; it takes nothing.'],
    ['lose:much@2s', '"much" is not a number of bytes.'],
    ['marginal:fast@2s', '"fast" is not a speed; try 460800.'],
    ['lose:3:4@2s', '"lose" takes "bytes" once.'],
    ['lose:after@2s', '"" is not a number of bytes.'],
    ['flip:from=me@2s', '"me" is not one of modem, host.'],
    ['flip:to=host@2s', '"flip" does not take "to=host"; it takes bytes, after, from.'],
    ['busy:2@2s', '"2" is not a time'],
    ['wifi-lost:links=open@2s', '"open" is not one of close, late, keep.'],
  ])('%s is refused', (text, message) => {
    expect(() => parseFault(text)).toThrow(InvalidArgumentError);
    expect(() => parseFault(text)).toThrow(message);
  });

  it('is in the help with every kind', () => {
    const named = fc.sample(faults, 300).map(({ kind }) => kind);
    for (const kind of new Set(named)) expect(faultHelp).toMatch(new RegExp(`^  (.*, )?${kind}\\b`, 'm'));
  });
});
