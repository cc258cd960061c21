import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, concatMap, EMPTY, map, NEVER, type Observable, Subscription } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import { marbles } from '../../../harness/time/marbles';
import { command } from '../../../src/esp8285/commands/command';
import { Wire } from '../../../src/esp8285/executor/wire';
import type { Expectation } from '../../../src/esp8285/grammar/expectation';
import type { Frame } from '../../../src/esp8285/grammar/frame';
import { Trace } from '../../../src/esp8285/trace/trace';
import type { Uart } from '../../../src/streams';
import { OSError } from '../../../src/usocket/contract/osError';

const unplugged = new OSError('ENODEV', 'modem', 'it was unplugged');
const frames: Record<string, Frame> = {
  c: { kind: 'closed', link: 0 },
  l: { kind: 'line', text: '+A:1' },
  m: { kind: 'line', text: '+CIPMUX:1' },
  b: { kind: 'busy' },
  k: { kind: 'final', result: 'OK' },
};

interface Line {
  /** What the modem says. Default: nothing. */
  readonly frames$?: Observable<Frame>;
  /** How long the line takes for a write. Default: no time. */
  readonly taking?: Observable<unknown>;
  readonly setBaudRate?: Uart['setBaudRate'];
}

/** A wire on a line that takes bytes as a diagram says. `written` collects them. */
function wireOn(scheduler: TestScheduler, { frames$ = NEVER, taking = EMPTY, setBaudRate }: Line = {}) {
  const written: Uint8Array[] = [];
  const uart: Uart = {
    rx$: NEVER,
    readiness$: NEVER,
    baudRate: 115_200,
    ...(setBaudRate && { setBaudRate }),
    write: (bytes) => {
      written.push(bytes);
      return taking;
    },
    close: () => EMPTY,
  };
  const trace = new Trace(scheduler);
  const shown: string[] = [];
  const carried: string[] = [];
  trace.bytes.bytes$.subscribe(({ from, bytes }) => carried.push(`${from}: ${Buffer.from(bytes).toString()}`));
  trace.events$.subscribe({ next: ({ text }) => shown.push(text), complete: () => shown.push('|') });
  let expectation: Expectation | undefined;
  const cut = (expected: Expectation) => {
    expectation = expected;
    return frames$;
  };
  const wire = new Wire(uart, cut, scheduler, trace);
  /** What the grammar is told to expect now. */
  const expected = (): Expectation => ({ ...(expectation ?? assert.fail('nothing has been cut yet')) });
  return { wire, written, shown, carried, expected };
}

describe('what a wire hears', () => {
  it(
    'goes to every subscriber from when it is connected, after the trace, until it is disconnected',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const modem$ = hot('c-l-c-l-', frames);
      const { wire, shown } = wireOn(scheduler, { frames$: modem$ });
      const heard: string[] = [];
      wire.heard$.subscribe(({ kind }) => heard.push(`${kind} after ${shown.length}`));
      let connection = new Subscription();
      cold('-x').subscribe(() => (connection = wire.connect()));
      cold('-----x').subscribe(() => connection.unsubscribe());
      expectObservable(wire.heard$).toBe('       --l-c---', frames);
      expectObservable(wire.heard$, '---^').toBe('----c---', frames);
      expectSubscriptions(modem$.subscriptions).toBe('-^---!');
      flush();
      assert.deepStrictEqual(heard, ['line after 1', 'closed after 2']);
    }),
  );

  it(
    'ends with the error of the line, also for those who come later, and the trace after them',
    marbles(({ hot, expectObservable, flush }, scheduler) => {
      const { wire, shown } = wireOn(scheduler, { frames$: hot('-c-#', frames, unplugged) });
      const ends: (readonly string[])[] = [];
      wire.heard$.subscribe({ error: () => ends.push([...shown]) });
      wire.connect();
      expectObservable(wire.heard$).toBe('          -c-#', frames, unplugged);
      expectObservable(wire.frames$).toBe('         -c-#', frames, unplugged);
      expectObservable(wire.heard$, '-----^').toBe('-----#', frames, unplugged);
      flush();
      assert.deepStrictEqual([ends, shown.at(-1)], [[['CLOSED']], '|']);
    }),
  );

  it(
    'is ENODEV when the line is closed',
    marbles(({ hot, expectObservable }, scheduler) => {
      const { wire } = wireOn(scheduler, { frames$: hot('--|', frames) });
      wire.connect();
      const closed = new OSError('ENODEV', 'modem', 'the serial line to the modem was closed');
      expectObservable(wire.heard$).toBe('--#', frames, closed);
    }),
  );

  it(
    'has no answers to probes in the middle of a conversation',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const taking = cold('-|');
      const { wire, written, shown } = wireOn(scheduler, { frames$: hot('-l-m-k-l', frames), taking });
      wire.connect();
      expectObservable(wire.heard$).toBe('                      -l-m-k-l', frames);
      expectObservable(wire.frames$).toBe('                     -l-----l', frames);
      // A question that the conversation knows nothing of does not count as something of it.
      expectObservable(wire.said$).toBe('                       --------');
      expectObservable(wire.sendProbe(command('AT+CIPMUX?'))).toBe('-----(f|)', { f: 'free' });
      expectSubscriptions(taking.subscriptions).toBe('          ^!');
      flush();
      assert.deepStrictEqual([written.map(String), shown[0]], [['AT+CIPMUX?\r\n'], 'AT+CIPMUX?']);
    }),
  );

  it.each([
    ['a command', (wire: Wire) => wire.say(command('AT+A'))],
    ['bytes', (wire: Wire) => wire.write(Buffer.from('a'))],
  ])('has a busy that comes after a probe and %s', (_, say) => {
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      const { wire } = wireOn(scheduler, { frames$: hot('-b-b---b', frames) });
      wire.connect();
      expectObservable(wire.sendProbe(command('AT+CIPMUX?'))).toBe('-(b|)', { b: 'busy' });
      expectObservable(cold('-----x').pipe(concatMap(() => say(wire)))).toBe('------');
      // The second one is about the probe, too.
      expectObservable(wire.frames$).toBe('-------b', frames);
    })();
  });
});

describe('what a wire says', () => {
  it(
    'is written when somebody subscribes, and over when the line has taken it',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const taking = cold('--x----|');
      const { wire, written, shown, carried } = wireOn(scheduler, { taking });
      const bytes = Buffer.from('hello');
      const said$ = concat(wire.say(command('AT+A', 1)), wire.write(bytes));
      assert.deepStrictEqual(written, []);
      expectObservable(wire.said$).toBe('              b------(eb)---e', { b: 'begins', e: 'ends' });
      expectObservable(said$).toBe('                   --------------|');
      expectSubscriptions(taking.subscriptions).toBe(['^------!', '-------^------!']);
      flush();
      assert.deepStrictEqual(written.map(String), ['AT+A=1\r\n', 'hello']);
      assert.strictEqual(written[1], bytes, 'the bytes have been copied');
      assert.deepStrictEqual(shown, ['AT+A=1', '5 bytes']);
      assert.deepStrictEqual(carried, ['host: AT+A=1\r\n', 'host: hello']);
    }),
  );

  it('keeps the bytes of a command that is not UTF-8', () => {
    const latin1 = { text: Buffer.from('Caf\xe9', 'latin1'), what: 'SSID', syscall: 'connect', maxBytes: 32 };
    marbles(({ expectObservable, flush }, scheduler) => {
      const { wire, written } = wireOn(scheduler);
      expectObservable(wire.say(command('AT+A', latin1))).toBe('|');
      flush();
      assert.deepStrictEqual(
        written.map((bytes) => Buffer.from(bytes).toString('latin1')),
        ['AT+A="Caf\xe9"\r\n'],
      );
    })();
  });

  it(
    'fails with an OSError when the line does, and has not ended then',
    marbles(({ cold, expectObservable }, scheduler) => {
      const lost = Object.assign(new Error('no such device'), { code: 'ENODEV' });
      const { wire } = wireOn(scheduler, { taking: cold('--#', {}, lost) });
      const error = new OSError('ENODEV', 'modem', 'no such device', { cause: lost });
      expectObservable(wire.said$).toBe('            b--', { b: 'begins' });
      expectObservable(wire.write(Buffer.from('a'))).toBe('--#', {}, error);
    }),
  );

  it(
    'is given up with its subscriber',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const taking = cold('----|');
      const { wire } = wireOn(scheduler, { taking });
      expectObservable(wire.said$).toBe('                b---', { b: 'begins' });
      expectObservable(wire.say(command('AT')), '^-!').toBe('----');
      expectSubscriptions(taking.subscriptions).toBe('   ^-!');
    }),
  );
});

describe('what a wire expects', () => {
  it(
    'is nothing at first',
    marbles((_, scheduler) => {
      const { wire, expected } = wireOn(scheduler);
      wire.connect();
      assert.deepStrictEqual(expected(), { prompt: false, reading: undefined, numbersLinks: false, discards: 0 });
      wire.isSetUp = true;
      assert.deepStrictEqual([expected().numbersLinks, wire.isSetUp], [true, true]);
    }),
  );

  it.each([
    ['completes', '--|', '---', '^-!'],
    ['fails', '--#', '---', '^-!'],
    ['is unsubscribed', '---', '^-!', '^-!'],
  ])('is a prompt, or a line of numbers, until the conversation %s', (_, conversation, until, subs) => {
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const { wire, expected } = wireOn(scheduler);
      wire.connect();
      const numbers = /^\d,\d$/;
      const conversation$ = cold(conversation);
      const state$ = () => cold('-x-x').pipe(map(() => [expected().prompt, expected().numbers]));
      const states = { y: [true, numbers], n: [false, undefined] };
      const whole$ = wire.expectingPrompt(wire.expectingNumbers(numbers, conversation$));
      assert.ok(!expected().prompt);
      expectObservable(whole$, until).toBe(conversation);
      expectObservable(state$()).toBe('-y-n', states);
      expectSubscriptions(conversation$.subscriptions).toBe(subs);
      flush();
    })();
  });

  it(
    'are data that may come after the conversation that has asked for them was given up',
    marbles(({ cold, expectObservable }, scheduler) => {
      const { wire, expected } = wireOn(scheduler);
      wire.connect();
      const conversation$ = cold('-----');
      const state$ = cold('a-a-a').pipe(map(() => [expected().reading, expected().asked]));
      expectObservable(wire.expectingDataOf(3, conversation$, 2048), '-^!').toBe('-----');
      expectObservable(wire.expectingDataOf(4, conversation$), '---^!').toBe('-----');
      expectObservable(state$).toBe('n-a-b', { n: [undefined, undefined], a: [3, 2048], b: [4, undefined] });
    }),
  );

  it(
    'is no end of a message that is discarded, and of one that was cut by a change of the speed',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const changing = cold('--|');
      const { wire, expected, written, shown } = wireOn(scheduler, { setBaudRate: () => changing });
      wire.connect();
      const discard$ = wire.discardUnfinished();
      assert.equal(expected().discards, 0);
      const state$ = cold('-a-a').pipe(map(() => expected().discards));
      expectObservable(concat(discard$, discard$)).toBe('         |');
      // 20 ms until the modem is ready, and 30 for its answer to the line end.
      expectObservable(wire.speed.change(921_600)).toBe('-- 20ms 30ms |');
      expectObservable(state$).toBe('-b-c', { b: 2, c: 3 });
      expectSubscriptions(changing.subscriptions).toBe('^-!');
      flush();
      assert.deepStrictEqual([shown[0], written.map(String)], ['the line has 921600 baud', ['\r\n']]);
    }),
  );
});
