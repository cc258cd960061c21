import fc from 'fast-check';

/** Bytes in which newlines are frequent. */
const chunk = fc.array(fc.constantFrom(0x0a, 0x61, 0x62, 0x63), { maxLength: 12 }).map((bytes) => Buffer.from(bytes));
const size = fc.oneof(fc.nat(24), fc.constant(Infinity));

/** What can be done to a queue. */
export type Step =
  | { kind: 'push'; bytes: Buffer }
  | { kind: 'takeChunk' | 'takeUpTo' | 'takeInto' | 'demand'; size: number }
  | { kind: 'readline' | 'withdraw' };

export const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), bytes: chunk }),
  fc.record({ kind: fc.constantFrom('takeChunk' as const, 'takeUpTo' as const, 'demand' as const), size }),
  fc.record({ kind: fc.constant('takeInto' as const), size: fc.nat(24) }),
  fc.record({ kind: fc.constantFrom('readline' as const, 'withdraw' as const) }),
);
