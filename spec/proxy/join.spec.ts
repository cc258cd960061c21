import { once } from 'node:events';
import { Duplex } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { endGently } from '../../src/proxy/join';

describe('endGently', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('waits for a program that reads slowly, and then not long for one that goes on sending', async () => {
    let takeAll: () => void = () => undefined;
    const socket: Duplex = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, taken) => {
        takeAll = taken;
      },
    });
    socket.write('the end of the answer');
    endGently(socket);
    jest.advanceTimersByTime(60_000);
    expect(socket.destroyed).toBe(false);
    const finished = once(socket, 'finish');
    takeAll();
    await finished;
    jest.advanceTimersByTime(1_999);
    expect(socket.destroyed).toBe(false);
    jest.advanceTimersByTime(1);
    expect(socket.destroyed).toBe(true);
  });
});
