import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { EMPTY, NEVER, type SchedulerAction, type SchedulerLike } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import { code } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import type { Transport } from '../../../src/transports/line/transportUart';
import { COM_PORT, speedCommand } from '../../../src/transports/rfc2217/comPort';
import { setUpComPort } from '../../../src/transports/rfc2217/setUpComPort';
import type { TelnetEvent } from '../../../src/transports/rfc2217/telnet';

const grace = 20;
const commands = [speedCommand('server', 115_200)];
const answered = (...value: readonly number[]): TelnetEvent => ({
  kind: 'subnegotiation',
  option: COM_PORT,
  bytes: Buffer.of(101, ...value),
});
const answers = { w: answered(0, 0, 0x25, 0x80), r: answered(0, 1, 0xc2, 0) };

const transport = { name: 'server', received$: NEVER, send: () => EMPTY } as Partial<Transport> as Transport;

const unwanted = (notice: string): void => assert.fail(notice);

/** A clock that jumps by a second at a time, as the real one does for a program that could not run. */
function jumpingAt(time: number, scheduler: TestScheduler): SchedulerLike {
  return {
    now: () => scheduler.now() + (scheduler.now() >= time ? 1_000 : 0),
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) =>
      scheduler.schedule(work, delay, state),
  };
}

describe('setUpComPort', () => {
  it.each([
    ['completes at the right answer', '                 --r', '         --|', '     ^-!'],
    ['waits for the right answer after a wrong one', '  --w---r', '     ------|', ' ^-----!'],
    ['fails with EINVAL when no right answer follows', '--w 12ms r', '  12ms #', '  ^ 11ms !'],
  ])('%s', (_, said, expected, subs) => {
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const events$ = hot(said, answers);
      const setUp$ = setUpComPort(transport, events$, { commands, grace, scheduler, notify: unwanted });
      expectObservable(setUp$.pipe(code())).toBe(expected, {}, 'EINVAL');
      expectSubscriptions(events$.subscriptions).toBe(subs);
    })();
  });

  it(
    'takes an answer that came while the program was busy',
    marbles(({ hot, expectObservable }, scheduler) => {
      const options = { commands, grace, scheduler: jumpingAt(8, scheduler), notify: unwanted };
      expectObservable(setUpComPort(transport, hot('--w 12ms r', answers), options)).toBe('--- 12ms |');
    }),
  );
});
