import { describe, it } from '@jest/globals';
import { concatMap, map } from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';

import type { Rule } from '../../../../src/testing';
import { nonos174 } from '../../../../harness/modems/firmware';
import { code, connected, listening, peer, text } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

const refused = '\r\nERROR\r\n';
const serving: Rule = [/^AT\+CIP(?:SERVER=1|STO|SSLSIZE)/, '\r\nOK\r\n'];

/**
 * A listening socket, and a connection that is not read, so that the modem is told to hold data back after 22 ms.
 *
 * @param first What the modem says before that.
 * @param late What it says after its `OK`.
 */
function switching({ cold }: RunHelpers, scheduler: TestScheduler, first: string, late: string, script: Rule[]) {
  const flood = `\r\n+IPD,3,1460:${'x'.repeat(1_460)}`.repeat(6);
  const parts = connected(scheduler, {
    firmware: nonos174,
    receive: 'adaptive',
    unasked$: cold('-ab', { a: first, b: flood }),
    script: [serving, ['AT+CIPRECVMODE=1', '\r\nOK\r\n', late], ...script, [/^AT\+CIPRECVDATA=/, 1, refused]],
  });
  const server = listening(parts);
  const slow = parts.socket({ receiveBuffer: 16_384 });
  slow.connect$(peer).subscribe();
  return server.accept$().pipe(map(([client]) => client));
}

describe('a client at a change of the receive mode', () => {
  it(
    'may be told of late, with data that were pushed before the change',
    marbles((helpers, scheduler) => {
      const script: Rule[] = [[/^AT\+CIPRECVDATA=0,/, 1, nonos174.read('de')]];
      const client$ = switching(helpers, scheduler, '', '0,CONNECT\r\n\r\n+IPD,0,3:abc', [
        ...script,
        [/^AT\+CIPRECVDATA=0,/, 1, refused],
      ]);
      const got$ = client$.pipe(concatMap((client) => client.data$));
      helpers.expectObservable(got$.pipe(text(), code()), '^ 100ms !').toBe('24ms ab', { a: 'abc', b: 'de' });
    }),
  );

  it(
    'is ECONNRESET, and no EOF, if AT 1.7 has given its number away before it has told what waits',
    marbles((helpers, scheduler) => {
      const first = '0,CONNECT\r\n\r\n+IPD,0,3:abc';
      const client$ = switching(helpers, scheduler, first, '0,CLOSED\r\n0,CONNECT\r\n', []);
      const got$ = client$.pipe(concatMap((client) => client.data$));
      helpers.expectObservable(got$.pipe(text(), code()), '^ 100ms !').toBe('-a 20ms #', { a: 'abc' }, 'ECONNRESET');
    }),
  );

  it(
    'reaches its end, if the modem has no more',
    marbles((helpers, scheduler) => {
      const first = '0,CONNECT\r\n\r\n+IPD,0,3:abc';
      const client$ = switching(helpers, scheduler, first, '0,CLOSED\r\n', []);
      const got$ = client$.pipe(concatMap((client) => client.data$));
      helpers.expectObservable(got$.pipe(text(), code()), '^ 100ms !').toBe('-a 21ms |', { a: 'abc' });
    }),
  );
});
