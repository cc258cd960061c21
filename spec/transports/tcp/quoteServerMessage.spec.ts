import { describe, it } from '@jest/globals';
import { strict as assert } from 'node:assert';
import { TestScheduler } from 'rxjs/testing';

import { quoteServerMessage } from '../../../src/transports/tcp/quoteServerMessage';
import { OSError } from '../../../src/usocket/contract/osError';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const cause = new Error('read ECONNRESET');
const lost = new OSError('ENODEV', 'read', '192.168.1.9:3000: the line is lost', { cause });
const quoting = (message: string): OSError =>
  new OSError('ENODEV', 'read', `${lost.message}; it said ${message}`, { cause });

function run(play: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => assert.deepStrictEqual(actual, expected)).run(play);
}

describe('quoteServerMessage', () => {
  it('adds what the server has sent to the error, and passes the bytes on', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const values = { a: bytes('Port already'), b: bytes(' in use\r\n') };
      const data$ = cold('  --a--b--#', values, lost);
      const subs = '        ^-------!';
      const expected = '    --a--b--#';
      expectObservable(data$.pipe(quoteServerMessage())).toBe(expected, values, quoting('"Port already in use"'));
      expectSubscriptions(data$.subscriptions).toBe(subs);
    });
  });

  it.each([
    [
      'between telnet commands',
      '\xff\xfb\x03\xff\xfb\x01ser2net\r\nPort already in use\r\n',
      '"ser2net Port already in use"',
    ],
    ['in several lines, as one', 'one line\r\n  and another\r\n', '"one line and another"'],
    ['of 192 bytes, the longest', 'x'.repeat(192), `"${'x'.repeat(192)}"`],
    ['with quotation marks', 'no "port"', '"no \\"port\\""'],
  ])('quotes text %s', (_name, said, quoted) => {
    run(({ cold, expectObservable }) => {
      const data$ = cold('--a--#', { a: bytes(said) }, lost);
      expectObservable(data$.pipe(quoteServerMessage())).toBe('--a--#', { a: bytes(said) }, quoting(quoted));
    });
  });

  it.each([
    ['more than a message, because the line was in use', 'x'.repeat(193)],
    ['bytes that are not text', '\x00\x1b\x80ab\xff'],
    ['an empty chunk', ''],
  ])('leaves the error as it is after %s', (_name, said) => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const values = { a: bytes(said), b: bytes('\r\n') };
      const data$ = cold('  --a-b-#', values, lost);
      const subs = '        ^-----!';
      const expected = '    --a-b-#';
      expectObservable(data$.pipe(quoteServerMessage())).toBe(expected, values, lost);
      expectSubscriptions(data$.subscriptions).toBe(subs);
    });
  });

  it('leaves an error of another kind as it is', () => {
    run(({ cold, expectObservable }) => {
      const data$ = cold('--a--#', { a: bytes('Port already in use') }, cause);
      expectObservable(data$.pipe(quoteServerMessage())).toBe('--a--#', { a: bytes('Port already in use') }, cause);
    });
  });

  it.each(['#', '|', '--|', '-'])('passes the end of %s on', (marbles) => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const data$ = cold<Buffer>(`  ${marbles}`, undefined, lost);
      const unsub = '       ----!';
      const ended = marbles === '-' ? '^---!' : marbles === '--|' ? '^-!' : '(^!)';
      expectObservable(data$.pipe(quoteServerMessage()), unsub).toBe(marbles, undefined, lost);
      expectSubscriptions(data$.subscriptions).toBe(ended);
    });
  });

  it('unsubscribes at once, and keeps what two sources have sent apart', () => {
    run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const operator = quoteServerMessage();
      const values = { a: bytes('first text'), b: bytes('second text') };
      const first$ = cold(' --a--#', values, lost);
      const second$ = cold('---b--#', values, lost);
      const third$ = hot('  -a-b-a-', values);
      expectObservable(first$.pipe(operator)).toBe(' --a--#', values, quoting('"first text"'));
      expectObservable(second$.pipe(operator)).toBe('---b--#', values, quoting('"second text"'));
      expectObservable(third$.pipe(operator), '^--!').toBe('-a-', values);
      expectSubscriptions(third$.subscriptions).toBe('^--!');
    });
  });

  it('quotes anew for each subscription', () => {
    run(({ cold, expectObservable }) => {
      const values = { a: bytes('y'.repeat(150)) };
      const quoted$ = cold('-a-#', values, lost).pipe(quoteServerMessage());
      const error = quoting(JSON.stringify('y'.repeat(150)));
      expectObservable(quoted$).toBe('-a-#', values, error);
      expectObservable(quoted$, '-----^').toBe('------a-#', values, error);
    });
  });
});
