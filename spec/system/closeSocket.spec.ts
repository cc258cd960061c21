import { describe, expect, it } from '@jest/globals';
import { strict as assert } from 'node:assert';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { TestScheduler } from 'rxjs/testing';

import { closeSocket } from '../../src/system/closeSocket';

/** A socket that only ends: what has been done to it stands in `calls`. */
class EndingSocket extends EventEmitter {
  destroyed = false;
  closed = false;
  readonly calls: string[] = [];

  /** Closes, as Node.js does when an end has been reached. */
  close(): void {
    this.destroyed = true;
    this.closed = true;
    this.emit('close');
  }

  destroy(): void {
    this.calls.push('destroy');
    this.destroyed = true;
  }
}

interface Closing {
  readonly socket: EndingSocket;
  readonly end?: () => void;
  readonly cutOff?: () => void;
}

function run(
  play: (helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0], scheduler: TestScheduler) => void,
): void {
  const scheduler = new TestScheduler((actual, expected) => assert.deepStrictEqual(actual, expected));
  scheduler.run((helpers) => {
    play(helpers, scheduler);
  });
}

function closing({ socket, end, cutOff }: Closing, scheduler: TestScheduler) {
  return closeSocket(socket as unknown as Socket, {
    linger: 5,
    scheduler,
    end: () => {
      socket.calls.push('end');
      end?.();
    },
    cutOff: () => {
      socket.calls.push('cut off');
      cutOff?.();
    },
  });
}

describe('closeSocket', () => {
  it('completes when the socket has closed in time, and does not cut it off', () => {
    const socket = new EndingSocket();
    run(({ cold, expectObservable, flush }, scheduler) => {
      cold('---a').subscribe(() => socket.close());
      expectObservable(closing({ socket }, scheduler)).toBe('---|');
      flush();
      expect(socket.calls).toEqual(['end']);
    });
  });

  it('cuts off a socket that takes too long, and waits until it is closed', () => {
    const socket = new EndingSocket();
    run(({ cold, expectObservable, flush }, scheduler) => {
      cold('-------a').subscribe(() => socket.close());
      expectObservable(closing({ socket, cutOff: () => socket.destroy() }, scheduler)).toBe('-------|');
      flush();
      expect(socket.calls).toEqual(['end', 'cut off', 'destroy']);
    });
  });

  it('completes at once when cutting off closes the socket', () => {
    const socket = new EndingSocket();
    run(({ expectObservable }, scheduler) => {
      expectObservable(closing({ socket, cutOff: () => socket.close() }, scheduler)).toBe('-----|');
    });
  });

  it('only waits when ending has destroyed the socket', () => {
    const socket = new EndingSocket();
    run(({ cold, expectObservable, flush }, scheduler) => {
      cold('---------a').subscribe(() => socket.close());
      expectObservable(closing({ socket, end: () => socket.destroy() }, scheduler)).toBe('---------|');
      flush();
      expect(socket.calls).toEqual(['end', 'destroy']);
    });
  });

  it.each([
    ['closed', true, '|'],
    ['destroyed', false, '---|'],
  ])('does not end a socket that is %s already', (_name, isClosed, expected) => {
    const socket = new EndingSocket();
    Object.assign(socket, { destroyed: true, closed: isClosed });
    run(({ cold, expectObservable, flush }, scheduler) => {
      cold('---a').subscribe(() => socket.close());
      expectObservable(closing({ socket }, scheduler)).toBe(expected);
      flush();
      expect(socket.calls).toEqual([]);
    });
  });

  it('begins when it is subscribed to, and leaves no listener when it is unsubscribed', () => {
    const socket = new EndingSocket();
    run(({ expectObservable, flush }, scheduler) => {
      const closing$ = closing({ socket }, scheduler);
      expect(socket.calls).toEqual([]);
      expectObservable(closing$, '^-!').toBe('---');
      flush();
      expect(socket.calls).toEqual(['end']);
      expect(socket.listenerCount('close')).toBe(0);
    });
  });
});
