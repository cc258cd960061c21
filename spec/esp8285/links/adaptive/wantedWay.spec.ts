import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { BehaviorSubject, defer, EMPTY, Subject, VirtualTimeScheduler } from 'rxjs';

import { dialectOf } from '../../../../src/esp8285/commands/dialect';
import type { Exchange } from '../../../../src/esp8285/executor/exchange';
import { AdaptiveReceive } from '../../../../src/esp8285/links/adaptive/adaptiveReceive';
import { ReceiveMode } from '../../../../src/esp8285/links/adaptive/receiveMode';

const pull = 'AT+CIPRECVMODE=1';

describe('a switch that is wanted while another one is made', () => {
  function world() {
    const scheduler = new VirtualTimeScheduler(undefined, 0);
    const begun: string[] = [];
    const ends: Subject<never>[] = [];
    const runAhead = <T>({ shown }: Exchange<T>) =>
      defer(() => {
        const end = new Subject<never>();
        begun.push(shown);
        ends.push(end);
        return end;
      });
    const receiveMode = new ReceiveMode({
      isAdaptive: true,
      needsDatagrams: () => false,
      pullAgain: () => undefined,
      pushInOrder: () => EMPTY,
    });
    const adaptive = new AdaptiveReceive({
      executor: { runAhead },
      receiveMode,
      streams: () => [],
      pushedBlocks: () => 0,
      scheduler,
    });
    adaptive.adapting$.subscribe();
    const room = new BehaviorSubject(65_536);
    adaptive.watch(0, room).subscribe();
    const pass = (milliseconds: number) => {
      scheduler.maxFrames += milliseconds;
      scheduler.flush();
    };
    /** The modem has started again, so it pushes. */
    const restart = () => {
      receiveMode.begin(dialectOf(['AT version:1.7.4.0']));
    };
    restart();
    return { pass, restart, begun, ends, room };
  }

  it('is made after it, even if no more data come', () => {
    const { pass, restart, begun, ends, room } = world();
    room.next(0);
    pass(100);
    restart();
    pass(100);
    assert.deepStrictEqual(begun, [pull]);
    ends[0]?.complete();
    assert.deepStrictEqual(begun, [pull, pull]);
  });

  it('is made once, however often it was wanted', () => {
    const { pass, restart, begun, ends, room } = world();
    room.next(0);
    for (let turn = 0; turn < 5; turn++) {
      pass(100);
      restart();
    }
    pass(100);
    ends[0]?.complete();
    ends[1]?.complete();
    assert.deepStrictEqual(begun, [pull, pull]);
  });
});
