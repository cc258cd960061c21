import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { BehaviorSubject, defer, EMPTY, NEVER, tap, VirtualTimeScheduler } from 'rxjs';

import { LineSpeed } from '../../../src/esp8285/line/lineSpeed';
import type { Readiness } from '../../../src/streams';

const idle: Readiness = { readable: false, writable: false, hangup: false, error: false };

/** A line that tells its speed when it is open, as that of another machine does. */
function lateLine(guess?: number) {
  const scheduler = new VirtualTimeScheduler();
  const readiness = new BehaviorSubject(idle);
  let baudRate = guess;
  const uart = {
    rx$: NEVER,
    readiness$: readiness.asObservable(),
    get baudRate() {
      return baudRate;
    },
    setBaudRate: (wanted: number) => defer(() => EMPTY.pipe(tap({ complete: () => (baudRate = wanted) }))),
    write: () => EMPTY,
    close: () => EMPTY,
  };
  const speed = new LineSpeed(uart, { clock: scheduler, changed: () => undefined, write: () => EMPTY });
  const open = (told: number): void => {
    baudRate = told;
    readiness.next({ ...idle, writable: true });
  };
  const change = (baud: number): void => {
    speed.change(baud).subscribe();
    scheduler.flush();
  };
  const restore = (): void => {
    speed.restore().subscribe();
    scheduler.flush();
  };
  return { speed, open, change, restore };
}

describe.each([
  ['not known', undefined],
  ['taken for another one', 115_200],
])('the speed of a line that was %s before it was open', (_, guess) => {
  it('is that of the modem', () => {
    const { speed, open } = lateLine(guess);
    speed.want(921_600, 'set_baud');
    open(9_600);
    assert.equal(speed.isRaised, false);
    assert.deepStrictEqual(speed.others, [921_600]);
  });

  it('comes back after a change', () => {
    const { speed, open, change, restore } = lateLine(guess);
    speed.want(921_600, 'set_baud');
    open(9_600);
    change(921_600);
    assert.equal(speed.isRaised, true);
    assert.deepStrictEqual(speed.others, [9_600]);
    restore();
    assert.equal(speed.current, 9_600);
    assert.equal(speed.isRaised, false);
  });

  it('can be waited for', () => {
    const { speed, open } = lateLine(guess);
    const seen: unknown[] = [];
    speed.opened$.subscribe({ complete: () => seen.push(speed.current) });
    assert.deepStrictEqual(seen, []);
    open(9_600);
    assert.deepStrictEqual(seen, [9_600]);
  });
});

it('the speed of the modem is the one that was found', () => {
  const { speed, open, change } = lateLine();
  speed.want('auto', 'set_baud');
  open(115_200);
  change(9_600);
  assert.equal(speed.isRaised, true);
  speed.found(9_600);
  assert.equal(speed.isRaised, false);
});
