import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { filter, map } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { espAt222, nonos12 } from '../../../harness/modems/firmware';
import { code, connected, peer, stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const values = { s: 'sent', d: 'done' };
const sent = map(() => 'sent');
const inStep: Rule = ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'];
const silent: Rule = ['AT+CIPMUX?'];
const taken = (text: string, milliseconds: number): Rule => [
  text,
  `\r\nRecv ${text.length} bytes\r\n`,
  milliseconds,
  '\r\nSEND OK\r\n',
];

/** Later ESP-AT drops what comes between `Recv` and the result of a send, and answers nothing, not even `busy`. */
describe('a modem that answers nothing while it sends, ESP-AT 2.2.2', () => {
  it(
    'is waited for like one that is busy, and everything goes on when it has the result',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [inStep, ...new Array<Rule>(7).fill(silent), inStep, taken('hello', 20_000), taken('two', 5)];
      const { nic, link4, socket, modem } = connected(scheduler, { firmware: espAt222, script });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      const notes$ = nic.trace$.pipe(
        filter(({ kind }) => kind === 'note'),
        map(({ link }) => link),
      );
      expectObservable(link4.sendall$('hello').pipe(sent)).toBe('20s (s|)', values);
      expectObservable(link3.sendall$('two').pipe(sent)).toBe('20005ms (s|)', values);
      expectObservable(notes$, '^ 60s !').toBe('8500ms 4', { 4: 4 });
      flush();
      assert.strictEqual(modem.heard.filter((said) => said === 'hello').length, 1);
    }),
  );

  it(
    'has that send alone given up after 75 s, and then half a minute more, before it counts as lost',
    marbles(({ expectObservable }, scheduler) => {
      const hello: Rule = ['hello', '\r\nRecv 5 bytes\r\n'];
      const { link4, socket } = connected(scheduler, { firmware: espAt222, script: [inStep, silent, hello] });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('75s #', values, 'ETIMEDOUT');
      expectObservable(link3.sendall$('two').pipe(code())).toBe('105s #', values, 'EIO');
    }),
  );

  it(
    'is lost soon if the connection has ended, because it does not send any more',
    marbles(({ expectObservable }, scheduler) => {
      const hello: Rule = ['hello', '\r\nRecv 5 bytes\r\n', 1_000, '4,CLOSED\r\n'];
      const script = [inStep, silent, hello];
      const { nic, link4, socket } = connected(scheduler, { firmware: espAt222, script });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('2500ms #', values, 'ECONNRESET');
      expectObservable(link3.sendall$('two').pipe(code())).toBe('7s #', values, 'ETIMEDOUT');
      expectObservable(nic.mac$().pipe(code())).toBe('13s #', values, 'EIO');
    }),
  );

  it(
    'is lost soon after a datagram, which waits for no peer',
    marbles(({ expectObservable, flush }, scheduler) => {
      const started: Rule = [/^AT\+CIPSTART=4,"UDP"/, '4,CONNECT\r\n\r\nOK\r\n'];
      const script: Rule[] = [started, inStep, silent, ['hello', '\r\nRecv 5 bytes\r\n']];
      const { nic } = stage(scheduler, { firmware: espAt222, script });
      nic.openDatagram({ address: '0.0.0.0', port: 5_353 }).subscribe((port) => {
        const sent$ = port.send(Buffer.from('hello'), { address: '192.168.1.9', port: 53 });
        expectObservable(sent$.pipe(code())).toBe('8500ms #', values, 'ETIMEDOUT');
      });
      flush();
    }),
  );
});

describe('a modem that answers nothing while it sends, AT 1.2', () => {
  it(
    'says busy otherwise, so it is lost soon',
    marbles(({ expectObservable }, scheduler) => {
      const hello: Rule = ['hello', '\r\nRecv 5 bytes\r\n'];
      const { link4, socket } = connected(scheduler, { firmware: nonos12, script: [inStep, silent, hello] });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('8500ms #', values, 'ETIMEDOUT');
      expectObservable(link3.sendall$('two').pipe(code())).toBe('14500ms #', values, 'EIO');
    }),
  );
});
