import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concatMap, config, NEVER, of } from 'rxjs';

import { nonos174 } from '../../../../harness/modems/firmware';
import { unstarted } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';
import { virtualModem } from '../../../../src/testing';
import { observe, type WatchEvent } from '../../../../src/watch';
import { greeting, observed } from './observed';

describe('from the beginning of observe to its end', () => {
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

  it('ends everything with its unsubscription', () => {
    marbles(({ cold, expectSubscriptions }, scheduler) => {
      const { nic } = unstarted(scheduler, { firmware: nonos174 });
      const payloads$ = cold<boolean>('---t---', { t: true });
      const events$ = cold<never>('    -------');
      const subs = '               ^----!';
      const watching = observe(nic, { scheduler, payloads$, emulator: { events$ } }).subscribe();
      assert.ok(nic.sockets.isWatched);
      scheduler.schedule(() => watching.unsubscribe(), 5);
      expectSubscriptions(payloads$.subscriptions).toBe(subs);
      expectSubscriptions(events$.subscriptions).toBe(subs);
      scheduler.schedule(() => assert.ok(!nic.sockets.isWatched), 6);
    })();
  });

  it('leaves nothing in the scheduler when it is unsubscribed before the next state', () => {
    const scene = observed();
    scene.online$.subscribe();
    scene.watching.unsubscribe();
    const { length } = scene.events;
    scene.scheduler.flush();
    assert.equal(scene.events.length, length);
  });

  it('does not disturb the sockets when a watcher throws', () => {
    const { onUnhandledError } = config;
    const thrown: unknown[] = [];
    try {
      marbles(({ flush }, scheduler) => {
        config.onUnhandledError = (error) => thrown.push(error);
        const { nic, online$, socket } = virtualModem({ scheduler, hosts: { '10.0.0.1:80': greeting } });
        observe(nic, { scheduler, payloads$: of(true) }).subscribe(() => {
          throw new Error('a watcher');
        });
        const received: string[] = [];
        const stream = socket();
        online$
          .pipe(
            concatMap(() => stream.connect$(['10.0.0.1', 80])),
            concatMap(() => stream.recv$(100)),
          )
          .subscribe((bytes) => received.push(bytes.toString()));
        flush();
        assert.deepStrictEqual(received, ['hello']);
      })();
    } finally {
      config.onUnhandledError = onUnhandledError;
    }
    assert.ok(thrown.length > 0 && thrown.every((error) => error instanceof Error && error.message === 'a watcher'));
  });

  it('goes on when the modem starts again in the middle of a call', () => {
    const scene = observed({ hosts: { '10.0.0.1:80': () => NEVER } });
    const socket = scene.run();
    socket.recv$(10).subscribe({ error: () => undefined });
    scene.emulator.fault({ kind: 'reset' });
    scene.scheduler.flush();
    assert.ok(!scene.isComplete());
    const failed = scene.of('call').find(({ stage }) => stage === 'fails');
    assert.deepStrictEqual([failed?.name, failed?.code, failed?.link], ['recv', 'ECONNRESET', 4]);
    const states = scene.of('state').map(({ state: { modem } }) => modem);
    assert.ok(states.includes('up') && states.at(-1) === 'up');
    assert.deepStrictEqual(scene.of('state').at(-1)?.state.links, []);
  });

  it('completes when the line is lost for good, and the last state says why', () => {
    const scene = observed({ interface: { redial: false } });
    scene.run();
    scene.emulator.fault({ kind: 'unplug' });
    scene.scheduler.flush();
    assert.ok(scene.isComplete());
    const { modem, error } = scene.of('state').at(-1)?.state ?? {};
    assert.equal(modem, 'down');
    assert.match(error ?? '', /unplugged/);
    assert.ok(!scene.nic.sockets.isWatched);
  });

  it('tells one state of an interface that is closed already, and completes', () => {
    const scene = observed();
    scene.run();
    scene.nic.close$().subscribe();
    scene.scheduler.flush();
    const events: WatchEvent[] = [];
    let isComplete = false;
    observe(scene.nic).subscribe({ next: (event) => events.push(event), complete: () => (isComplete = true) });
    assert.deepStrictEqual(
      events.map(({ type }) => type),
      ['state'],
    );
    assert.ok(isComplete);
  });
});
