import { describe, it } from '@jest/globals';
import { EMPTY } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';

import { type Transport, transportUart } from '../../../src/transports/line/transportUart';
import { OSError } from '../../../src/usocket/contract/osError';
import { marbles } from '../../../harness/time/marbles';

const unplugged = new OSError('ENODEV', 'read', 'it was unplugged');
const closedError = new OSError('EBADF', 'write', 'write to line: the line has been closed; open it again');
const bytes = Buffer.from('AT');
const chunks = { a: Buffer.from('a'), b: Buffer.from('b') };
const idle = { readable: false, writable: false, hangup: false, error: false };
const states = {
  i: idle,
  w: { ...idle, writable: true },
  c: { ...idle, readable: true, hangup: true },
  l: { ...idle, readable: true, hangup: true, error: true },
};

function lineOver({ cold }: RunHelpers, parts: Partial<Transport>) {
  return transportUart({
    name: 'line',
    received$: cold(''),
    writable$: cold(''),
    send: () => EMPTY,
    longestPause: 100,
    release: () => EMPTY,
    ...parts,
  });
}

describe('transportUart', () => {
  it(
    'carries bytes whether or not there is a subscriber, and fails for each one when the line is lost',
    marbles((helpers) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const received$ = cold('-a-b-#', chunks, unplugged);
      const writable$ = cold<boolean>('-');
      const { rx$ } = lineOver(helpers, { received$, writable$ });
      expectObservable(rx$).toBe('                 -a-b-#', chunks, unplugged);
      expectObservable(rx$, '--^').toBe('          ---b-#', chunks, unplugged);
      expectObservable(rx$, '-------^').toBe('     -------#', chunks, unplugged);
      expectSubscriptions(received$.subscriptions).toBe('^----!');
      expectSubscriptions(writable$.subscriptions).toBe('^----!');
    }),
  );

  it(
    'replays its state, which changes before those who read and write are told',
    marbles((helpers) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const received$ = cold('-----#', chunks, unplugged);
      const writable$ = cold('-tt-f', { t: true, f: false });
      const { readiness$ } = lineOver(helpers, { received$, writable$ });
      expectObservable(readiness$).toBe('       iw--il', states);
      expectObservable(readiness$, '--^').toBe('--w-il', states);
      expectObservable(readiness$, '-------^').toBe('-------l', states);
      expectSubscriptions(writable$.subscriptions).toBe('^----!');
    }),
  );

  it(
    'is lost when it cannot be opened',
    marbles((helpers) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const received$ = cold<Buffer>('-');
      const { rx$, readiness$ } = lineOver(helpers, { received$, writable$: cold('--#', {}, unplugged) });
      expectObservable(rx$).toBe('--#', {}, unplugged);
      expectObservable(readiness$).toBe('i-l', states);
      expectSubscriptions(received$.subscriptions).toBe('^-!');
    }),
  );

  it(
    'is closed once, for all who close it',
    marbles((helpers) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const received$ = cold('-a', chunks);
      const release$ = cold<never>('--|');
      const uart = lineOver(helpers, { received$, release: () => release$ });
      expectObservable(uart.close(), '---^').toBe(' -----|');
      expectObservable(uart.close(), '----^').toBe('-----|');
      expectObservable(uart.rx$).toBe('             -a-|', chunks);
      expectObservable(uart.readiness$).toBe('     i--c', states);
      expectSubscriptions(received$.subscriptions).toBe('^--!');
      expectSubscriptions(release$.subscriptions).toBe('---^-!');
    }),
  );

  it(
    'sends when it is subscribed to, until the line is lost',
    marbles((helpers) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const sending$ = cold<never>('--|');
      const uart = lineOver(helpers, { received$: cold('-----#', {}, unplugged), send: () => sending$ });
      expectObservable(uart.write(bytes), '-^').toBe('     ---|');
      expectObservable(uart.write(bytes), '----^').toBe('  -----#', {}, unplugged);
      expectObservable(uart.write(bytes), '------^').toBe('------#', {}, unplugged);
      expectSubscriptions(sending$.subscriptions).toBe(['-^-!', '----^!']);
    }),
  );

  it(
    'ends a write when the line is closed, and sends nothing after that',
    marbles((helpers) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const sending$ = cold<never>('----|');
      const uart = lineOver(helpers, { send: () => sending$ });
      expectObservable(uart.close(), '---^').toBe('     ---|');
      expectObservable(uart.write(bytes), '-^').toBe('   ---#', {}, closedError);
      expectObservable(uart.write(bytes), '-----^').toBe('-----#', {}, closedError);
      expectSubscriptions(sending$.subscriptions).toBe('-^-!');
    }),
  );
});
