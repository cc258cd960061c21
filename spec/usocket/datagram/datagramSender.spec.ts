import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { type Observable, of } from 'rxjs';

import { marbles } from '../../../harness/time/marbles';
import type { DatagramLink } from '../../../src/usocket/contract/nic';
import { datagramOverhead, DatagramSender } from '../../../src/usocket/datagram/datagramSender';

const remote = { address: '192.168.1.9', port: 5000 };

/** A port whose sends are these, one after the other. It notes what it is given. */
function portOver(...sends: readonly Observable<never>[]) {
  const sent: string[] = [];
  const port: Partial<DatagramLink> = {
    send: (bytes) => {
      sent.push(String(bytes));
      const send$ = sends[sent.length - 1];
      assert.ok(send$);
      return send$;
    },
  };
  return { sent, link$: of(port as DatagramLink) };
}

describe('DatagramSender.send', () => {
  it(
    'hands one datagram over after the other, and emits its size',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const [first$, second$] = [cold<never>('--|'), cold<never>('---|')];
      const { sent, link$ } = portOver(first$, second$);
      const sender = new DatagramSender();
      expectObservable(sender.send(link$, remote, Buffer.from('abc'))).toBe('--(a|)', { a: 3 });
      expectObservable(sender.send(link$, remote, Buffer.from('de'))).toBe('-----(a|)', { a: 2 });
      expectSubscriptions(first$.subscriptions).toBe(' ^-!');
      expectSubscriptions(second$.subscriptions).toBe('--^--!');
      flush();
      assert.deepStrictEqual(sent, ['abc', 'de']);
    }),
  );

  it(
    'hands nothing over for a call that is given up before its turn, and goes on after one that fails',
    marbles(({ cold, expectObservable, flush }) => {
      const { sent, link$ } = portOver(cold<never>('---#'), cold<never>('-|'));
      const sender = new DatagramSender();
      expectObservable(sender.send(link$, remote, Buffer.from('a'))).toBe('      ---#');
      expectObservable(sender.send(link$, remote, Buffer.from('b')), '^-!').toBe('----');
      expectObservable(sender.send(link$, remote, Buffer.from('c'))).toBe('      ----(a|)', { a: 1 });
      flush();
      assert.deepStrictEqual(sent, ['a', 'c']);
    }),
  );
});

describe('the send buffer of DatagramSender', () => {
  it(
    'holds a copy until the datagram has been handed over',
    marbles(({ cold, expectObservable, flush }) => {
      const { sent, link$ } = portOver(cold<never>('-|'), cold<never>('-|'));
      const sender = new DatagramSender();
      sender.resize(2 * datagramOverhead);
      const buffer = Buffer.from('abc');
      expectObservable(sender.hasRoom$).toBe('n-y-', { n: false, y: true });
      expectObservable(sender.flush()).toBe('--|');
      for (let datagram = 0; datagram < 2; datagram++) sender.put(link$, remote, buffer).subscribe();
      buffer.fill('x');
      flush();
      assert.deepStrictEqual(sent, ['abc', 'abc']);
    }),
  );

  it('takes any datagram when it is empty, and counts the overhead of each', () => {
    const sender = new DatagramSender();
    sender.resize(100);
    assert.ok(sender.hasRoomFor(1_000));
    marbles(({ cold }) => {
      const { link$ } = portOver(cold<never>('-|'));
      sender.put(link$, remote, Buffer.alloc(100 - 2 * datagramOverhead)).subscribe();
      assert.ok(sender.hasRoomFor(0));
      assert.ok(!sender.hasRoomFor(1));
    })();
  });

  it(
    'has room again after a datagram that could not be sent, or was given up',
    marbles(({ cold, expectObservable }) => {
      const { link$ } = portOver(cold<never>('--#'), cold<never>('------|'));
      const sender = new DatagramSender();
      expectObservable(sender.put(link$, remote, Buffer.from('a'))).toBe('       --#  ');
      expectObservable(sender.put(link$, remote, Buffer.from('b')), '^---!').toBe('-----');
      expectObservable(sender.flush()).toBe('                                ----|');
    }),
  );
});
