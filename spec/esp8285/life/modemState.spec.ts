import { describe, it } from '@jest/globals';
import type { RunHelpers } from 'rxjs/testing';

import { ModemState } from '../../../src/esp8285/life/modemState';
import type { Status } from '../../../src/esp8285/life/status';
import { OSError } from '../../../src/usocket/contract/osError';
import { marbles } from '../../../harness/time/marbles';

const error = new OSError('ENODEV', 'modem', 'it was unplugged');
const statuses: Record<string, Status> = {
  s: { modem: 'starting', wifi: 'down' },
  j: { modem: 'starting', wifi: 'joining' },
  u: { modem: 'starting', wifi: 'up' },
  d: { modem: 'down', wifi: 'down', error },
  r: { modem: 'down', wifi: 'down', error, redialIn: 1_000 },
  c: { modem: 'closed', wifi: 'down' },
};

/** Does to a state what a diagram says. */
function stateOf({ hot }: RunHelpers, diagram: string): ModemState {
  const state = new ModemState();
  const steps: Record<string, () => void> = {
    s: () => state.starting(),
    j: () => state.route({ kind: 'wifi', event: 'connected' }),
    u: () => state.route({ kind: 'wifi', event: 'gotAddress' }),
    w: () => state.route({ kind: 'wifi', event: 'disconnected' }),
    l: () => state.route({ kind: 'line', text: 'WIFI DISCONECT' }),
    f: () => state.route({ kind: 'fragment', text: 'WIFI DISCONNECT4,CLOSED' }),
    n: () => state.route({ kind: 'unknown', text: 'wifi:state: 5 -> 0' }),
    d: () => state.down(error),
    r: () => state.down(error, 1_000),
    c: () => state.closed(),
  };
  hot(diagram).subscribe((step) => steps[step]?.());
  return state;
}

describe('status$', () => {
  it(
    'replays the current status, and emits each change once',
    marbles((helpers) => {
      const { status$ } = stateOf(helpers, '          -ssjuu-w-d-d-c-c');
      helpers.expectObservable(status$).toBe('        s--ju--s-d---c', statuses);
      helpers.expectObservable(status$, '-----^--!').toBe('-----u-s', statuses);
      helpers.expectObservable(status$, '--------------^').toBe('--------------c', statuses);
    }),
  );

  it(
    'has no Wi-Fi after a loss that the line has damaged',
    marbles((helpers) => {
      const { status$ } = stateOf(helpers, '  -unlufn');
      helpers.expectObservable(status$).toBe('su-sus', statuses);
    }),
  );

  it(
    'tells of each state of a lost line, and of no Wi-Fi once it is closed',
    marbles((helpers) => {
      const { status$ } = stateOf(helpers, '  -d-r-r-s-c-u');
      helpers.expectObservable(status$).toBe('sd-r---s-c', statuses);
    }),
  );

  it(
    'fails what waits for a modem that is down, at once or later',
    marbles((helpers) => {
      const state = stateOf(helpers, '--d');
      const operation$ = helpers.cold('x');
      const waiting$ = state.whenUp(() => operation$);
      helpers.expectObservable(waiting$).toBe('       --#', {}, error);
      helpers.expectObservable(waiting$, '----^').toBe('----#', {}, error);
      helpers.expectObservable(waiting$, '^!').toBe('   --');
      helpers.expectSubscriptions(operation$.subscriptions).toBe([]);
    }),
  );
});
