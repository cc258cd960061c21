import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map } from 'rxjs';

import type { Rule } from '../../../../src/testing';
import { espAt222 } from '../../../../harness/modems/firmware';
import { code, connected, stage } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

const values = { s: 'sent' };
const sent = map(() => 'sent');
const canceled: Rule = ['+++', '\r\nSEND Canceled\r\n'];
const taken: Rule = [/^[^A]{3}$/, '\r\nRecv 3 bytes\r\n', 5, '\r\nSEND OK\r\n'];

/** ESP-AT takes a chunk that is exactly `+++` for the signal that cancels a send, and drops its bytes. */
describe('bytes that ESP-AT takes for a signal', () => {
  it(
    'are sent after all, with a pause behind the first one: 20 ms, and the time of ten bytes',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, modem } = connected(scheduler, { firmware: espAt222, script: [canceled, taken] });
      link4.sendall$('+++').subscribe();
      expectObservable(link4.sendall$('two').pipe(sent)).toBe('30ms (s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSEND=4,3', '+++', 'AT+CIPSEND=4,3', '+++', 'AT+CIPSEND=4,3', 'two']);
    }),
  );

  it(
    'twice are EIO at once: nothing was sent',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, modem } = connected(scheduler, { firmware: espAt222, script: [canceled] });
      expectObservable(link4.sendall$('+++').pipe(code())).toBe('20ms #', values, 'EIO');
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSEND=4,3', '+++', 'AT+CIPSEND=4,3', '+++']);
    }),
  );

  it(
    'may be a datagram, too',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [[/^AT\+CIPSTART=4,"UDP"/, '4,CONNECT\r\n\r\nOK\r\n'] as const, canceled, taken];
      const { nic, modem } = stage(scheduler, { firmware: espAt222, script });
      const port$ = nic.openDatagram({ address: '0.0.0.0', port: 5_353 });
      port$.subscribe((port) => {
        modem.heard.length = 0;
        expectObservable(port.send(Buffer.from('+++'), { address: '192.168.1.9', port: 53 })).toBe('25ms |');
      });
      flush();
      assert.strictEqual(modem.heard.filter((said) => said === '+++').length, 2);
    }),
  );
});
