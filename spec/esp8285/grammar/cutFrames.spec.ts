import { describe, it } from '@jest/globals';
import {
  EMPTY,
  from,
  map,
  type Observable,
  of,
  type OperatorFunction,
  pipe,
  Subject,
  take,
  tap,
  VirtualTimeScheduler,
} from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import assert from 'node:assert/strict';

import { latin1 } from '../../../harness/modems/frames';
import { cutFrames } from '../../../src/esp8285/grammar/cutFrames';
import type { Expectation } from '../../../src/esp8285/grammar/expectation';
import type { Frame } from '../../../src/esp8285/grammar/frame';
import type { SilenceOptions } from '../../../src/esp8285/time/silence';
import { marbles } from '../../../harness/time/marbles';

const unplugged = new Error('unplugged');
const nothing = { prompt: false, reading: undefined, discards: 0 };

/** A frame in a word, with the payload of a block. */
function word(frame: Frame): string {
  if (frame.kind === 'block') return `block ${frame.bytes.toString('latin1')}`;
  if (frame.kind === 'damage') return frame.isCutOff ? 'cut off' : 'damage';
  return frame.kind;
}

/** The frames of a stream of text, each in a word. */
function words(silence?: SilenceOptions): OperatorFunction<string, string> {
  return pipe(map(latin1), cutFrames(nothing, { silence }), map(word));
}

describe('cutFrames', () => {
  it(
    'makes one frame of several chunks, and several of one, at once',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    --a--b--c------|', { a: '\r\nO', b: 'K\r\n\r\n+IPD,0,2:h', c: 'i0,CLOSED\r\nno ip\r\n' });
      const subs = '        ^--------------!';
      const expected = '    -----o--(hcl)--|';
      expectObservable(rx$.pipe(words())).toBe(expected, { o: 'final', h: 'block hi', c: 'closed', l: 'line' });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'ends with an empty line, and waits with a silent one',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const ended$ = cold(' ---|');
      const silent$ = cold('----');
      expectObservable(ended$.pipe(words())).toBe('        ---|');
      expectObservable(silent$.pipe(words()), '^--!').toBe('----');
      expectSubscriptions(ended$.subscriptions).toBe('        ^--!');
      expectSubscriptions(silent$.subscriptions).toBe('       ^--!');
    }),
  );

  it(
    'fails with the line, and tells nothing of what has been begun',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const rx$ = cold('    --a--b--#', { a: '\r\nOK\r\n', b: '\r\n+IPD,0,5:he' }, unplugged);
      const subs = '        ^-------!';
      const expected = '    --o-----#';
      const silence = { longestPause: 100, scheduler };
      for (const operator of [words(), words(silence)]) {
        expectObservable(rx$.pipe(operator)).toBe(expected, { o: 'final' }, unplugged);
      }
      expectSubscriptions(rx$.subscriptions).toBe([subs, subs]);
    }),
  );

  it(
    'lets the line go, and counts no more, when it is unsubscribed',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const rx$ = cold('    a--b', { a: '\r\nOK\r\n', b: '\r\n+IPD,0,5:he' });
      const subs = '        ^ 9ms !';
      const expected = '    o-----';
      expectObservable(rx$.pipe(words({ longestPause: 100, scheduler })), subs).toBe(expected, { o: 'final' });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'lets the line go in the middle of a chunk when the reader has enough',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a---', { a: '0,CONNECT\r\n\r\nOK\r\n0,CLOSED\r\n' });
      const subs = '        ^!   ';
      const expected = '    -(co|)';
      expectObservable(rx$.pipe(words(), take(2))).toBe(expected, { c: 'opened', o: 'final' });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'reads a synchronous line',
    marbles(({ expectObservable }) => {
      const texts$ = from(['\r\nO', 'K\r\n', '\r\n+IPD,0,2:hi', '0,CLOSED\r\n']);
      expectObservable(texts$.pipe(words())).toBe('(ohc|)', { o: 'final', h: 'block hi', c: 'closed' });
      expectObservable((EMPTY as Observable<string>).pipe(words())).toBe('|');
    }),
  );

  it(
    'keeps two lines of one operator apart, and each subscription of one line',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operator = words();
      const one$ = cold('   -a-b', { a: '\r\n+IPD,0,5:he', b: 'llo' });
      const other$ = cold(' --a-', { a: '\r\nOK\r\n' });
      expectObservable(one$.pipe(operator)).toBe('   ---h', { h: 'block hello' });
      expectObservable(one$.pipe(operator)).toBe('   ---h', { h: 'block hello' });
      expectObservable(other$.pipe(operator)).toBe(' --o-', { o: 'final' });
      expectSubscriptions(one$.subscriptions).toBe(['^', '^']);
      expectSubscriptions(other$.subscriptions).toBe('^');
    }),
  );

  it('cuts a chunk that a listener causes after the one before', () => {
    const rx = new Subject<string>();
    const heard: string[] = [];
    const answer = (frame: string) => {
      if (frame === 'opened') rx.next('0,CLOSED\r\n');
    };
    rx.pipe(words(), tap(answer)).subscribe((frame) => heard.push(frame));
    rx.next('0,CONNECT\r\n\r\nOK\r\n');
    assert.deepStrictEqual(heard, ['opened', 'final', 'closed']);
  });

  it('cuts a chunk that a listener causes when a silence hands a block on', () => {
    const rx = new Subject<string>();
    const scheduler = new VirtualTimeScheduler();
    const heard: string[] = [];
    const answer = (frame: string) => {
      if (frame === 'block hello4') rx.next('0,CLO');
      if (frame === 'cut off') rx.next('SED\r\n');
    };
    rx.pipe(words({ longestPause: 100, scheduler }), tap(answer)).subscribe((frame) =>
      heard.push(`${scheduler.now()} ${frame}`),
    );
    rx.next('\r\n+IPD,0,6:hello4');
    scheduler.flush();
    assert.deepStrictEqual(heard, ['20 block hello4', '120 cut off', '120 closed']);
  });

  it('gives the payload in the memory of the chunk', () => {
    const chunk = latin1('\r\n+IPD,0,5:hello\r\nOK\r\n');
    const frames: Frame[] = [];
    of(chunk)
      .pipe(cutFrames(nothing))
      .subscribe((frame) => frames.push(frame));
    const [block] = frames;
    assert.ok(block?.kind === 'block');
    assert.equal(block.bytes.buffer, chunk.buffer);
  });
});

describe('cutFrames, in a silence', () => {
  const silenceOf = (scheduler: TestScheduler): SilenceOptions => ({ longestPause: 100, scheduler });

  it(
    'hands a block on after 20 ms that could have swallowed the beginning of something',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const rx$ = cold('    -a', { a: '\r\n+IPD,0,6:hello4' });
      const expected = '    - 20ms h';
      expectObservable(rx$.pipe(words(silenceOf(scheduler)))).toBe(expected, { h: 'block hello4' });
      expectSubscriptions(rx$.subscriptions).toBe('^');
    }),
  );

  it(
    'gives up a block, or a line, after the longest pause',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const block$ = cold(' -a', { a: '\r\n+IPD,0,6:hel' });
      const line$ = cold('  -a', { a: '0,CLO' });
      const expected = '    - 100ms d';
      expectObservable(block$.pipe(words(silenceOf(scheduler)))).toBe(expected, { d: 'cut off' });
      expectObservable(line$.pipe(words(silenceOf(scheduler)))).toBe(' - 100ms d', { d: 'cut off' });
      expectSubscriptions(block$.subscriptions).toBe('^');
      expectSubscriptions(line$.subscriptions).toBe('^');
    }),
  );

  it(
    'counts from the last chunk, and not while nothing has been begun',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const chunks = { a: '\r\n+IPD,0,6:hel', b: 'lo', c: '4\r\nOK\r\n', d: '0,CLO' };
      const rx$ = cold('    a 89ms b 89ms c 999ms d', chunks);
      const expected = '    - 89ms - 89ms (ho) 996ms - 99ms d';
      const values = { h: 'block hello4', o: 'final', d: 'cut off' };
      expectObservable(rx$.pipe(words(silenceOf(scheduler)))).toBe(expected, values);
      expectSubscriptions(rx$.subscriptions).toBe('^');
    }),
  );

  it(
    'tells once of what has been cut off, and understands its rest',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const rx$ = cold('    a 499ms b', { a: '0,CLO', b: 'SED\r\n' });
      const expected = '    - 99ms d 399ms c';
      expectObservable(rx$.pipe(words(silenceOf(scheduler)))).toBe(expected, { d: 'cut off', c: 'closed' });
      expectSubscriptions(rx$.subscriptions).toBe('^');
    }),
  );

  it(
    'ends with the line, and counts no more',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const rx$ = cold('    a 9ms |', { a: '0,CLO' });
      const subs = '        ^ 9ms !';
      const expected = '    - 9ms |';
      expectObservable(rx$.pipe(words(silenceOf(scheduler)))).toBe(expected);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'waits without end where it is not told how long',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    a 999s b', { a: '\r\n+IPD,0,6:hel', b: 'lo!' });
      const expected = '    - 999s h';
      expectObservable(rx$.pipe(words())).toBe(expected, { h: 'block hello!' });
      expectSubscriptions(rx$.subscriptions).toBe('^');
    }),
  );
});

describe('cutFrames, of the bytes that are under way', () => {
  const pulling = { ...nothing, reading: 0 };

  /** What is told while a modem prints these chunks, one after the other. */
  function told(chunks: readonly string[], expecting: Expectation = nothing): readonly (number | 'frame')[] {
    const heard: (number | 'frame')[] = [];
    const expects = (bytes: number) => void heard.push(bytes);
    from(chunks)
      .pipe(map(latin1), cutFrames(expecting, { expects }))
      .subscribe(() => heard.push('frame'));
    return heard;
  }

  it('tells after each chunk how much of a block is missing, and once that nothing is', () => {
    assert.deepStrictEqual(told(['\r\nOK\r\n', '\r\n+IPD,0,6:h', 'el', 'lo!', '0,CLOSED\r\n']), [
      ...['frame', 5, 3, 'frame', 0, 'frame'],
    ]);
  });

  it('counts the OK that comes after a pulled block', () => {
    const chunks = ['\r\n+CIPRECVDATA,5:hel', 'lo', '\r\nO', 'K\r\n'];
    assert.deepStrictEqual(told(chunks, pulling), [8, 6, 3, 'frame', 'frame', 0]);
  });

  it('tells nothing of a block that comes in one chunk, nor of an unfinished line', () => {
    assert.deepStrictEqual(told(['\r\n+IPD,0,5:hello\r\n0,CLO', 'SED\r\n']), ['frame', 'frame']);
  });

  it('expects nothing of a block that is given up, nor of a line that is let go', () => {
    const heard: number[] = [];
    const rx = new Subject<Uint8Array>();
    const scheduler = new VirtualTimeScheduler();
    const silence = { longestPause: 100, scheduler };
    const frames$ = rx.pipe(cutFrames(nothing, { silence, expects: (bytes) => heard.push(bytes) }));
    const subscription = frames$.subscribe();
    rx.next(latin1('\r\n+IPD,0,5:he'));
    scheduler.flush();
    rx.next(latin1('\r\n+IPD,0,5:he'));
    subscription.unsubscribe();
    assert.deepStrictEqual(heard, [3, 0, 3, 0]);
  });
});
