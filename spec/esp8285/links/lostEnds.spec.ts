import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { espAt222, type Firmware, nonos12, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, peer, stage, start3, start4, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const ok = '\r\nOK\r\n';
const done = map(() => 'done');
const values = { d: 'done' };
const has = (...ids: readonly number[]): Rule => {
  const lines = ids.map((id) => `+CIPSTATUS:${id},"TCP","192.168.1.9",80,5000,0\r\n`);
  return ['AT+CIPSTATUS', `STATUS:3\r\n${lines.join('')}${ok}`];
};
const sentOk: Rule = [/^[^A]/s, '\r\nRecv 3 bytes\r\n\r\nSEND OK\r\n'];

describe.each<[string, Firmware]>([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('the last line of a send, %s', (_, firmware) => {
  it.each<[string, string]>([
    ['lost', ''],
    ['that lacks a byte', '\r\nSND OK\r\n'],
    ['in other words', '\r\nSEND OKAY\r\n'],
    ['without its end', '\r\nSEND OK'],
    ['that is noise', '\xf0\x80\xff\n'],
    ['called OK', ok],
  ])('%s: this one says that the bytes may have gone, others go on, and the connection lives', (__, end) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [has(4), ['one', `\r\nRecv 3 bytes\r\n${end}`], sentOk];
      const { link4, modem, socket } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('one').pipe(code())).toBe('2500ms #', values, 'ETIMEDOUT');
      expectObservable(socket().connect$(peer).pipe(done)).toBe('2500ms (d|)', values);
      flush();
      let isSent = false;
      link4.sendall$('two').subscribe(() => (isSent = true));
      flush();
      assert.ok(isSent);
      assert.strictEqual(modem.heard.filter((said) => said === 'one').length, 1);
      assert.ok(!modem.heard.includes('AT+CIPCLOSE=4'));
    })();
  });

  it(
    'lost with Recv, of bytes that the modem is done with',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, modem } = connected(scheduler, { firmware, script: [has(4), ['one'], sentOk] });
      expectObservable(link4.sendall$('one').pipe(code())).toBe('2500ms #', values, 'ETIMEDOUT');
      flush();
      let isSent = false;
      link4.sendall$('two').subscribe(() => (isSent = true));
      flush();
      assert.ok(isSent);
      assert.strictEqual(modem.heard.filter((said) => said === 'one').length, 1);
    }),
  );

  it(
    'is well although Recv was lost: the modem says that it is done',
    marbles(({ expectObservable }, scheduler) => {
      const { link4 } = connected(scheduler, { firmware, script: [['one', 1, '\r\nSEND OK\r\n']] });
      expectObservable(link4.sendall$('one').pipe(done)).toBe('2501ms (d|)', values);
    }),
  );

  it(
    'lost, and the link with it: ECONNRESET, and no clean end',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['one', '\r\nRecv 3 bytes\r\n'],
        [/^AT\+CIPRECVDATA/, '\r\nERROR\r\n'],
      ];
      const { link4 } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('one').pipe(code())).toBe('2500ms #', values, 'ECONNRESET');
      expectObservable(link4.recv$(5).pipe(code())).toBe('2500ms #', values, 'ECONNRESET');
    }),
  );

  it.each<[string, (string | number)[], string, string]>([
    ['CLOSED', ['4,CLOSED\r\n'], '1500ms #', 'ECONNRESET'],
    ['ERROR', ['\r\nERROR\r\n'], '#', 'EIO'],
    ['FAIL', ['\r\nFAIL\r\n'], '#', 'EIO'],
    ['link is not valid', ['link is not valid\r\n\r\nERROR\r\n'], '#', 'EIO'],
  ])('is %s: certain at once', (__, said, when, failed) => {
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['one', '\r\nRecv 3 bytes\r\n', ...said],
        [/^AT\+CIPRECVDATA/, '\r\nERROR\r\n'],
      ];
      const { link4 } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('one').pipe(code())).toBe(when, values, failed);
    })();
  });

  it(
    'is waited for while the modem says that it is at work, however slow the peer is',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['one', '\r\nRecv 3 bytes\r\n', 14_000, '\r\nSEND OK\r\n'],
        ['AT+CIPMUX?', `+CIPMUX:1\r\n${ok}`],
        ['AT+CIPMUX?', '\r\nbusy s...\r\n'],
      ];
      const { link4 } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('one').pipe(done)).toBe('14s (d|)', values);
    }),
  );

  it('says what may have become of the bytes', () => {
    const failures: string[] = [];
    marbles(({ flush }, scheduler) => {
      const { link4 } = connected(scheduler, { firmware, script: [has(4), ['one', '\r\nRecv 3 bytes\r\n']] });
      link4.sendall$('one').subscribe({ error: (error: Error) => failures.push(error.message) });
      flush();
    })();
    assert.match(failures.join(), /192\.168\.1\.9:80.*may have gone/);
  });

  it('shows the words that it does not understand', () => {
    const failures: string[] = [];
    marbles(({ flush }, scheduler) => {
      const script: Rule[] = [has(4), ['one', '\r\nRecv 3 bytes\r\n\r\nAll 3 sent\r\n']];
      const { link4 } = connected(scheduler, { firmware, script });
      link4.sendall$('one').subscribe({ error: (error: Error) => failures.push(error.message) });
      flush();
    })();
    assert.match(failures.join(), /All 3 sent/);
  });
});

describe.each<[string, Firmware]>([
  ['AT 1.2', nonos12],
  ['ESP-AT 2.2.2', espAt222],
])('a send that is refused before a byte of it, %s', (_, firmware) => {
  const refused: Rule = ['AT+CIPSEND=4,3', 2, '\r\nERROR\r\n'];

  it(
    'is said again when the modem has the link (zephyr issue 25693)',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [refused, ['AT+CIPSEND=4,3', firmware.prompt], has(4), sentOk];
      const { link4, modem } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('one').pipe(done)).toBe('--(d|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSEND=4,3', 'AT+CIPSTATUS', 'AT+CIPSEND=4,3', 'one']);
    }),
  );

  it(
    'twice is EIO: nothing was sent, and the connection goes on',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-a', { a: '\r\n+IPD,4,3:abc' });
      const script: Rule[] = [refused, has(4)];
      const { link4 } = connected(scheduler, { firmware, script, unasked$, receive: 'pushed' });
      expectObservable(link4.sendall$('one').pipe(code())).toBe('----#', values, 'EIO');
      flush();
      expectObservable(link4.recv$(5).pipe(text())).toBe('----(a|)', { a: 'abc' });
    }),
  );

  it(
    'and of a link that the modem does not have is ENOTCONN; what has come stays readable, and its end is no clean one',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-a', { a: '\r\n+IPD,4,3:abc' });
      const { link4 } = connected(scheduler, { firmware, script: [refused], unasked$, receive: 'pushed' });
      expectObservable(link4.sendall$('one').pipe(code())).toBe('102ms #', values, 'ENOTCONN');
      flush();
      expectObservable(concat(link4.recv$(5), link4.recv$(5)).pipe(text(), code())).toBe(
        '102ms (a#)',
        { a: 'abc' },
        'ECONNRESET',
      );
    }),
  );

  it(
    'in front of a CLOSED is EPIPE',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [['AT+CIPSEND=4,3', 2, '\r\nERROR\r\n', 50, '4,CLOSED\r\n']];
      const { link4 } = connected(scheduler, { firmware, script, receive: 'pushed' });
      expectObservable(link4.sendall$('one').pipe(code())).toBe('102ms #', values, 'EPIPE');
    }),
  );

  it(
    'whose prompt is lost after its OK has its bytes sent, once',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [['AT+CIPSEND=4,3', ok, 9_000, '> '], sentOk];
      const { link4, modem } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('one').pipe(ignoreElements(), code())).toBe('2s |', values);
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 2), ['AT+CIPSEND=4,3', 'one']);
      assert.strictEqual(modem.heard.filter((said) => said === 'one').length, 1);
    }),
  );
});

describe.each<[string, Firmware]>([
  ['AT 1.5', nonos15],
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('the last line of a connect, %s', (_, firmware) => {
  it.each<[string, string]>([
    ['is not needed after CONNECT', '4,CONNECT\r\n'],
    ['may be anything after CONNECT', '4,CONNECT\r\n\r\nK\r\n'],
  ])('%s; the next one goes on', (__, said) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware, script: [[start4, 5, said]] });
      expectObservable(socket().connect$(peer).pipe(done)).toBe('-----(d|)', values);
      expectObservable(socket().connect$(peer).pipe(done)).toBe('2500ms (d|)', values);
      flush();
      assert.deepStrictEqual(
        modem.heard.filter((line) => line.startsWith('AT+CIPSTART')),
        [start4, start3],
      );
    })();
  });

  it.each<[string, readonly (string | number)[]]>([
    ['all of it', []],
    ['in other words', [5, '4,CONNECTED\r\n\r\nOKAY\r\n']],
  ])('lost, %s: the links that the modem has tell', (__, said) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [[start4, ...said], ['AT+CIPSTATUS', `STATUS:2\r\n${ok}`], has(4)];
      const { socket, modem } = stage(scheduler, { firmware, script });
      expectObservable(socket().connect$(peer).pipe(done)).toBe('2500ms (d|)', values);
      flush();
      assert.strictEqual(modem.heard.filter((line) => line === start4).length, 1);
    })();
  });

  it(
    'lost, and the modem does not have it: ECONNREFUSED',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware, script: [[start4, 5, '\r\nERR\r\n']] });
      expectObservable(socket().connect$(peer).pipe(code())).toBe('2500ms #', values, 'ECONNREFUSED');
      flush();
      assert.strictEqual(modem.heard.filter((line) => line === start4).length, 1);
    }),
  );
});
