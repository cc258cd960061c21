import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { nonos174 } from '../../../harness/modems/firmware';
import { code, connected } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const values = { s: 'sent' };
const sent = map(() => 'sent');
const prompted = (number: number): Rule => [/^AT\+CIPSENDBUF=4,\d+$/, `${number},0\r\n`, nonos174.prompt];

describe('sends through the send buffer of AT 1.7.4', () => {
  it(
    'a lost SEND OK is asked for, and the send is well',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        prompted(1),
        ['hello', '\r\nRecv 5 bytes\r\n'],
        ['AT+CIPBUFSTATUS=4', '2,1,1,2920,8\r\n\r\nOK\r\n'],
      ];
      const { link4, modem } = connected(scheduler, { firmware: nonos174, script });
      expectObservable(link4.sendall$('hello').pipe(sent)).toBe('2500ms (s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSENDBUF=4,5', 'hello', 'AT+CIPBUFSTATUS=4']);
    }),
  );

  it(
    'the connection ends under segments that are under way: ECONNRESET',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [prompted(1), ['hello', '\r\nRecv 5 bytes\r\n', 7, '4,CLOSED\r\n']];
      const { link4 } = connected(scheduler, { firmware: nonos174, script, receive: 'pushed' });
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('7ms #', values, 'ECONNRESET');
    }),
  );
});
