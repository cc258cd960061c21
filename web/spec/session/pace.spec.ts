import { describe, it } from '@jest/globals';
import type { InterfaceState } from 'rx-usocket/watch';

import { marbles } from '../../../harness/time/marbles';
import { paceOf } from '../../src/session/pace';

const yesOrNo = { y: true, n: false };
const state = (modem: InterfaceState['modem']): InterfaceState => {
  return { modem, wifi: 'down', waitingCommands: 0, links: [], sockets: [] };
};
const states = { s: state('starting'), u: state('up'), d: state('down'), c: state('closed') };

describe('the pace of the lanes', () => {
  it(
    'is that of the source, but while the interface is closed, and after the source has ended',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const speed$ = hot('1----2-------------', { 1: 1, 2: 2 });
      const isLive$ = hot('y---------------n--', yesOrNo);
      const state$ = hot('--su---d-c--c-s----', states);
      const unsub = '     ------------------!';
      const expected = '  1----2---0----2-0--';
      expectObservable(paceOf(speed$, isLive$, state$), unsub).toBe(expected, { 0: 0, 1: 1, 2: 2 });
      for (const { subscriptions } of [speed$, isLive$, state$]) {
        expectSubscriptions(subscriptions).toBe('^-----------------!');
      }
    }),
  );
});
