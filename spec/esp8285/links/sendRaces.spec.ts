import { it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map } from 'rxjs';

import { espAt222, nonos12 } from '../../../harness/modems/firmware';
import { boundTo, code, connected, peer, stage, text } from '../../../harness/modems/stage';
import type { Rule } from '../../../src/testing';
import { marbles } from '../../../harness/time/marbles';

const [ok, refused] = ['\r\nOK\r\n', '\r\nERROR\r\n'];
const nothingWaits: Rule = [/^AT\+CIPRECVDATA/, 1, refused];

it(
  'the end of a connection comes, though data are pushed for a datagram port by then',
  marbles(({ cold, expectObservable }, scheduler) => {
    const unasked$ = cold('--a', { a: '\r\n+IPD,4,4\r\n' });
    const script: Rule[] = [['AT+CIPRECVDATA=4,4', 1, espAt222.read('abcd'), '4,CLOSED\r\n'], nothingWaits];
    const parts = stage(scheduler, { firmware: espAt222, unasked$, script });
    const slow = parts.socket({ receiveBuffer: 4 });
    slow.connect$(peer).subscribe();
    concat(cold('10ms |'), boundTo(4000, parts, scheduler)).subscribe();
    const reads$ = concat(cold('20ms |').pipe(ignoreElements()), slow.recv$(99), slow.recv$(99));
    expectObservable(reads$.pipe(text()), '^ 100s !').toBe('20ms a(b|)', { a: 'abcd', b: '' });
  }),
);

it(
  'nothing follows a send that was given up, and failed',
  marbles(({ cold, expectObservable, flush }, scheduler) => {
    const failing: Rule = ['hello', 2000, '\r\nRecv 5 bytes\r\n\r\nSEND FAIL\r\n'];
    const { link4, modem } = connected(scheduler, { firmware: espAt222, script: [failing] });
    const sending = link4.sendall$('hello').subscribe();
    cold('1s a').subscribe(() => {
      sending.unsubscribe();
    });
    const next$ = concat(cold('10s |').pipe(ignoreElements()), link4.sendall$('after').pipe(map(() => 's')));
    expectObservable(next$.pipe(code())).toBe('10s #', undefined, 'EIO');
    flush();
    assert.ok(!modem.heard.includes('after'));
  }),
);

it(
  'a modem that lacks a byte of a send is given line ends, and others go on: ETIMEDOUT, because the peer has had junk',
  marbles(({ expectObservable, flush }, scheduler) => {
    // It takes the question that it is asked for what it lacks.
    const script: Rule[] = [
      ['AT+CIPSEND=4,5', nonos12.prompt],
      ['hello'],
      ['AT+CIPMUX?', `+CIPMUX:1\r\n${ok}`],
      ['AT+CIPMUX?', '\r\nRecv 5 bytes\r\n\r\nbusy s...\r\n', 10, '\r\nSEND OK\r\n'],
      ['AT+CIPMUX?', '\r\nbusy s...\r\n'],
      ['AT+CIPMUX?', `+CIPMUX:1\r\n${ok}`],
    ];
    const { link4, socket, modem } = connected(scheduler, { firmware: nonos12, script });
    expectObservable(link4.sendall$('hello').pipe(code())).toBe('2500ms #', undefined, 'ETIMEDOUT');
    expectObservable(socket().connect$(['192.168.1.9', 80]).pipe(ignoreElements())).toBe('2750ms |');
    flush();
    assert.ok(!modem.heard.slice(2).some((said) => said.startsWith('AT+CIPSEND')));
  }),
);

it(
  'a send that is refused when the network is lost is no word of the peer: ENETDOWN',
  marbles(({ cold, expectObservable }, scheduler) => {
    const unasked$ = cold('-a', { a: 'WIFI DISCONNECT\r\n4,CLOSED\r\n' });
    const { link4 } = connected(scheduler, { firmware: nonos12, unasked$, script: [nothingWaits] });
    const late$ = concat(cold('---|').pipe(ignoreElements()), link4.sendall$('hello'));
    expectObservable(late$.pipe(code())).toBe('---#', undefined, 'ENETDOWN');
  }),
);
