import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { noop, Observable, VirtualTimeScheduler } from 'rxjs';

import type { StreamLink } from '../../../../src/usocket';
import { StreamSender } from '../../../../src/usocket/stream/streamSender';

/** The milliseconds after which the link takes a send and acknowledges it; 0: at once. It may fail instead of taking it. */
interface Dealing {
  readonly taking: number;
  readonly acknowledging: number;
  readonly fails: boolean;
}

interface Step {
  readonly at: number;
  readonly size: number;
  /** Whether the call waits, does not wait, or waits for 2 ms at most. */
  readonly how: 'waits' | 'puts' | 'gives up';
  /** How many bytes are sent, and put, as soon as the bytes of the call have been taken, and are acknowledged. */
  readonly then: readonly [number, number];
}

interface Played {
  readonly bytes: readonly number[];
  readonly how: Step['how'];
  /** How the call has ended: `n|`, `#`, or empty if it was given up. */
  end: string;
}

/** Runs the steps. Returns the calls in their order, the bytes of each send, and those of them that were acknowledged. */
function play(steps: readonly Step[], dealings: readonly Dealing[], hasTurns: boolean) {
  const clock = new VirtualTimeScheduler();
  const sends: (readonly number[])[] = [];
  let acknowledged = 0;
  let isTaking = false;
  const after = (milliseconds: number, work: () => void) =>
    milliseconds === 0 ? work() : clock.schedule(work, milliseconds);
  const send = (bytes: Uint8Array) =>
    new Observable<void>((subscriber) => {
      assert.ok(!isTaking && bytes.length > 0 && bytes.length <= 8);
      const dealing = dealings[sends.push([...bytes]) - 1] ?? { taking: 1, acknowledging: 1, fails: false };
      isTaking = true;
      const ended = () => (isTaking = false);
      subscriber.add(ended);
      after(dealing.taking, () => {
        if (subscriber.closed) return;
        subscriber.remove(ended);
        isTaking = false;
        if (dealing.fails) {
          subscriber.error(new Error('failed'));
          return;
        }
        subscriber.next();
        after(dealing.acknowledging, () => {
          if (!subscriber.closed) acknowledged += bytes.length;
          subscriber.complete();
        });
      });
    });
  const link = { maxSend: 8, pieceSize: 4, send } as unknown as StreamLink;
  const sender = new StreamSender((operation$) => operation$.subscribe(), hasTurns ? clock : undefined);
  const calls: Played[] = [];
  let next = 0;
  const take = ({ size, how, then }: Omit<Step, 'at'>): void => {
    const call: Played = { bytes: Array.from({ length: size }, () => next++ % 256), how, end: '' };
    calls.push(call);
    const bytes = Buffer.from(call.bytes);
    if (how === 'puts') {
      sender.put(link, bytes, (handing$) => handing$.subscribe({ error: noop }));
      // The program may use them for something else.
      bytes.fill(0);
      return;
    }
    const [sent, put] = then;
    const ends = {
      next: () => {
        call.end += 'n';
        if (sent > 0) take({ size: sent, how: 'waits', then: [0, 0] });
      },
      error: () => (call.end += '#'),
      complete: () => {
        call.end += '|';
        if (put > 0) take({ size: put, how: 'puts', then: [0, 0] });
      },
    };
    const calling = sender.sendAll(link, bytes).subscribe(ends);
    if (how === 'gives up') clock.schedule(() => call.end === '' && calling.unsubscribe(), 2);
  };
  for (const { at, ...step } of steps) clock.schedule(() => take(step), at);
  clock.flush();
  return { calls, sends, sender, acknowledged };
}

/** Whether all numbers are in the others, in the same order. */
function isWithin(numbers: readonly number[], others: readonly number[]): boolean {
  let at = 0;
  for (const other of others) if (other === numbers[at]) at++;
  return at === numbers.length;
}

describe('StreamSender, whatever its calls and its link do', () => {
  const steps = fc.array(
    fc.record<Step>({
      at: fc.nat({ max: 20 }),
      size: fc.integer({ min: 1, max: 20 }),
      how: fc.constantFrom('waits', 'puts', 'gives up'),
      then: fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 })),
    }),
    { maxLength: 8 },
  );
  const dealings = (fails: fc.Arbitrary<boolean>) =>
    fc.array(fc.record<Dealing>({ taking: fc.nat({ max: 3 }), acknowledging: fc.nat({ max: 6 }), fails }), {
      maxLength: 12,
    });

  it.each([
    ['sends all bytes once, in the order of the calls', fc.constant(false)],
    ['sends none of them twice, and keeps their order, when sends fail', fc.boolean()],
  ])('%s, and ends each call', (_, fails) => {
    fc.assert(
      fc.property(steps, dealings(fails), fc.boolean(), (taken, dealt, hasTurns) => {
        const { calls, sends, sender, acknowledged } = play(taken, dealt, hasTurns);
        const sent = sends.flat();
        assert.ok(
          isWithin(
            sent,
            calls.flatMap(({ bytes }) => bytes),
          ),
        );
        const isLossless = !dealt.some((dealing) => dealing.fails);
        const wasHeard = ({ how, end }: Played) => how === 'puts' || end !== '';
        if (isLossless)
          assert.ok(
            isWithin(
              calls.filter(wasHeard).flatMap(({ bytes }) => bytes),
              sent,
            ),
          );
        for (const { how, end } of calls) {
          if (how === 'waits') assert.match(end, isLossless ? /^n\|$/ : /^(n\||n?#)$/);
        }
        assert.deepStrictEqual([sender.unsent, sender.acknowledged], [0, acknowledged]);
      }),
      { numRuns: 1000 },
    );
  });
});
