import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { nonos174 } from '../../../harness/modems/firmware';
import { unstarted } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import { observe, type WatchEvent } from '../../../src/watch';

describe('observe', () => {
  it(
    'tells the state, what is said, and the last state, and completes with the line',
    marbles(({ flush }, scheduler) => {
      const { nic } = unstarted(scheduler, { firmware: nonos174 });
      const events: WatchEvent[] = [];
      let isComplete = false;
      observe(nic, { scheduler }).subscribe({
        next: (event) => events.push(event),
        complete: () => (isComplete = true),
      });
      nic.start$().subscribe();
      flush();
      assert.deepStrictEqual(events[0], {
        type: 'state',
        time: 0,
        state: { modem: 'starting', wifi: 'down', waitingCommands: 0, links: [], sockets: [] },
      });
      const [first] = events.filter(({ type }) => type === 'said');
      assert.deepStrictEqual(first, {
        type: 'said',
        time: 0,
        direction: 'to modem',
        kind: 'command',
        size: 2,
        text: 'AT',
      });
      assert.deepStrictEqual(events.at(-1), {
        type: 'state',
        time: 250,
        state: {
          firmware: '1.7.4.0',
          modem: 'up',
          wifi: 'up',
          receive: 'pulled',
          waitingCommands: 0,
          links: [],
          sockets: [],
        },
      });
      nic.close$().subscribe();
      const last = events.at(-1);
      assert.equal(last?.type === 'state' && last.state.modem, 'closed');
      assert.ok(isComplete);
    }),
  );
});
