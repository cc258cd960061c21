import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, switchMap } from 'rxjs';

import { espAt222, nonos15 } from '../../../harness/modems/firmware';
import { code, connected, start4, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

describe.each([
  ['AT 1.5', nonos15],
  ['ESP-AT 2.2.2, passive receive off', espAt222],
])('receiving what is pushed, %s', (_, firmware) => {
  const options = { firmware, receive: 'pushed' } as const;

  it(
    'S38 takes a payload that looks like the protocol as it is, once it is certain',
    marbles(({ cold, expectObservable }, scheduler) => {
      const payload = '\r\nOK\r\n+IPD,3,5:hello\r\n4,CLOSED\r\n';
      const unasked$ = cold('--a--b', { a: `\r\n+IPD,4,${payload.length}:${payload}`, b: '\r\n+IPD,4,1:x' });
      const { link4 } = connected(scheduler, { ...options, unasked$ });
      expectObservable(link4.data$.pipe(text())).toBe('-----(ab)', { a: payload, b: 'x' });
    }),
  );

  it(
    'S39 puts what comes in odd pieces together, and then tells the end',
    marbles(({ cold, expectObservable }, scheduler) => {
      const pieces = { a: '\r', b: '\n+I', c: 'PD,4,', d: '1', e: '2:abc', f: 'def', g: 'ghijkl4,', h: 'CLOSED\r\n' };
      const unasked$ = cold('abcdefgh', pieces);
      const { link4 } = connected(scheduler, { ...options, unasked$ });
      // What follows is looked at first.
      expectObservable(link4.read$(12).pipe(text())).toBe('-------(a|)', { a: 'abcdefghijkl' });
      expectObservable(link4.read$().pipe(text())).toBe('   -------(a|)', { a: '' });
    }),
  );

  it(
    'S40 takes data with the sender in front',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-ab', { a: '\r\n+IPD,4,2,192.168.1.3,5285:hi', b: '\r\n+IPD,4,2,"192.168.1.3",5285:ho' });
      const { link4 } = connected(scheduler, { ...options, unasked$ });
      expectObservable(link4.data$.pipe(text())).toBe('-ab', { a: 'hi', b: 'ho' });
    }),
  );

  it(
    'S41 gives the last data before the end',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,4:bye!4,CLOSED\r\n' });
      const { link4 } = connected(scheduler, { ...options, unasked$ });
      expectObservable(link4.data$.pipe(text())).toBe('--(a|)', { a: 'bye!' });
    }),
  );

  it(
    'S42 keeps links apart',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,3:aaa\r\n+IPD,3,2:bb\r\n+IPD,4,1:a' });
      const { link4, socket } = connected(scheduler, { ...options, unasked$ });
      const link3 = socket();
      link3.connect$(['192.168.1.9', 81]).subscribe();
      expectObservable(link4.data$.pipe(text())).toBe('--(ab)', { a: 'aaa', b: 'a' });
      expectObservable(link3.data$.pipe(text())).toBe('--b', { b: 'bb' });
    }),
  );

  it(
    'S43 trusts no link whose header was cut short: EIO, after what came whole',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a--b', { a: '\r\n+IPD,4,3:abc', b: '\r\n+IPD,4,14\r\n+IPD,4,3:xyz' });
      const { link4, modem } = connected(scheduler, { ...options, unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe('--a--#', { a: 'abc' }, 'EIO');
      flush();
      link4.close$().subscribe();
      assert.strictEqual(modem.heard.at(-1), 'AT+CIPCLOSE=4');
    }),
  );

  it(
    'gives a new connection nothing of the old one with its number',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a--b', { a: '\r\n+IPD,4,3:old4,CLOSED\r\n', b: '\r\n+IPD,4,3:new' });
      const { link4, socket, modem } = connected(scheduler, { ...options, unasked$ });
      // All numbers rest once, so that 4 is next.
      const sockets = Array.from({ length: 5 }, () => socket());
      const reopened$ = concat(cold('---|'), ...sockets.map((each) => each.connect$(['192.168.1.9', 80]))).pipe(
        ignoreElements(),
      );
      const last = sockets.at(-1)!;
      expectObservable(link4.data$.pipe(text())).toBe('--(a|)', { a: 'old' });
      expectObservable(concat(reopened$, last.data$).pipe(text())).toBe('-----b', { b: 'new' });
      flush();
      assert.strictEqual(modem.heard.at(-1), start4);
    }),
  );

  it(
    'has a bounded queue: ENOBUFS for this socket, no gap, and no effect on the others',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-abc', { a: '\r\n+IPD,3,6:abcdef', b: '\r\n+IPD,3,6:ghijkl', c: '\r\n+IPD,4,2:hi' });
      const { link4, socket } = connected(scheduler, { ...options, unasked$ });
      const small = socket({ receiveBuffer: 8 });
      small.connect$(['192.168.1.9', 80]).subscribe();
      const late$ = concat(cold('-----|').pipe(ignoreElements()), small.recv$(99), small.recv$(99));
      expectObservable(late$.pipe(text(), code())).toBe('-----(a#)', { a: 'abcdef' }, 'ENOBUFS');
      expectObservable(link4.data$.pipe(text())).toBe('---h', { h: 'hi' });
    }),
  );

  it(
    'connects, sends and receives in one chunk',
    marbles(({ expectObservable }, scheduler) => {
      const script = [
        ['AT+CIPSTART=3,"TCP","192.168.1.9",80', 5, '3,CONNECT\r\n\r\nOK\r\n'],
        ['ping', 5, '\r\nRecv 4 bytes\r\n\r\nSEND OK\r\n\r\n+IPD,3,4:pong3,CLOSED\r\n'],
      ] as const;
      const { socket } = connected(scheduler, { ...options, script });
      const link3 = socket();
      const reply$ = link3.connect$(['192.168.1.9', 80]).pipe(
        switchMap(() => link3.sendall$('ping')),
        switchMap(() => link3.read$()),
      );
      expectObservable(reply$.pipe(text())).toBe('10ms (p|)', { p: 'pong' });
    }),
  );
});
