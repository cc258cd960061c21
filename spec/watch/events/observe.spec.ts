import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, concatMap, config, from, map, mergeMap, NEVER, of, range, Subject, VirtualTimeScheduler } from 'rxjs';

import { nonos174 } from '../../../harness/modems/firmware';
import { unstarted } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import { type Talk, virtualModem, type VirtualModemOptions } from '../../../src/testing';
import { observe, type ObserveOptions, type WatchEvent } from '../../../src/watch';

const key = 'Qz7~kEy:Wx9';
const greeting: Talk = () => concat(of('hello'), NEVER);

/** A virtual modem in virtual time, and what is observed of it. */
function observed(options: Omit<VirtualModemOptions, 'scheduler'> = {}, what: ObserveOptions = {}) {
  const scheduler = new VirtualTimeScheduler();
  const modem = virtualModem({
    scheduler,
    accessPoints: [{ ssid: 'my-ssid', key }],
    hosts: { '10.0.0.1:80': greeting },
    ...options,
  });
  const events: WatchEvent[] = [];
  let isComplete = false;
  const watching = observe(modem.nic, { scheduler, ...what }).subscribe({
    next: (event) => events.push(event),
    complete: () => (isComplete = true),
  });
  return {
    ...modem,
    scheduler,
    events,
    watching,
    isComplete: () => isComplete,
    of: <T extends WatchEvent['type']>(type: T) =>
      events.filter((event): event is Extract<WatchEvent, { type: T }> => event.type === type),
    /** A socket that is connected with the greeting host, when the modem is online. */
    run: () => {
      const socket = modem.socket();
      modem.online$.pipe(concatMap(() => socket.connect$(['10.0.0.1', 80]))).subscribe();
      scheduler.flush();
      return socket;
    },
  };
}

/** A call as one line. */
function callText(event: WatchEvent): string {
  if (event.type !== 'call') return event.type;
  const { socket, link, name, stage, text } = event;
  return `${socket}/${link ?? '-'} ${name} ${stage} ${text}`.trim();
}

/** Everything that an event shows, as one text. */
function contentOf(event: WatchEvent): string {
  return event.type === 'bytes' ? Buffer.from(event.bytes).toString('latin1') : JSON.stringify(event);
}

function showsKey(text: string): boolean {
  return Array.from({ length: key.length - 2 }, (_, at) => key.slice(at, at + 3)).some((part) => text.includes(part));
}

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

  it('tells the calls of sockets, each before what it makes the modem do', () => {
    const scene = observed({}, { payloads$: of(true) });
    const socket = scene.run();
    const before = scene.events.length;
    socket.recv$(100).subscribe();
    socket.send$('abc').subscribe();
    scene.scheduler.flush();
    const order = scene.events
      .slice(before)
      .filter(({ type }) => type !== 'state')
      .map((event) => {
        if (event.type === 'bytes') return `${event.from}: ${contentOf(event).trim()}`;
        return event.type === 'said' ? `${event.direction}: ${event.text}` : callText(event);
      });
    assert.deepStrictEqual(order.slice(0, 6), [
      '1/4 recv begins 100 bytes',
      '1/4 recv returns 5 bytes',
      '1/4 send begins 3 bytes',
      'to modem: AT+CIPSENDBUF=4,3',
      'host: AT+CIPSENDBUF=4,3',
      'modem: 1,0',
    ]);
    assert.equal(
      scene.events
        .map(callText)
        .filter((text) => text.includes('send'))
        .at(-1),
      '1/4 send returns 3 bytes',
    );
  });

  it('tells of promises and observables, streams and failures alike', async () => {
    const scene = observed();
    const socket = scene.run();
    await socket.recv(100);
    socket.settimeout(0);
    await socket.recv(100).catch(() => undefined);
    socket.data$.subscribe().unsubscribe();
    await socket.setsockopt(6, 1, 1).catch(() => undefined);
    await socket.bind(['0.0.0.0', 80]).catch(() => undefined);
    socket.close$().subscribe();
    scene.scheduler.flush();
    await socket.recv(1).catch(() => undefined);
    assert.deepStrictEqual(
      scene
        .of('call')
        .slice(-14)
        .map((event) => (event.stage === 'fails' ? `${event.name} fails: ${event.code}` : callText(event))),
      [
        '1/4 recv begins 100 bytes',
        '1/4 recv returns 5 bytes',
        '1/4 recv begins 100 bytes',
        'recv fails: EAGAIN',
        '1/4 recv begins everything',
        '1/4 recv abandoned',
        '1/4 setsockopt begins TCP_NODELAY true',
        'setsockopt fails: ENOPROTOOPT',
        '1/4 bind begins 0.0.0.0:80',
        'bind fails: EINVAL',
        '1/4 close begins',
        '1/4 close returns',
        '1/4 recv begins 1 byte',
        'recv fails: EBADF',
      ],
    );
  });

  it('tells bytes only while they are asked for', () => {
    const payloads$ = new Subject<boolean>();
    const scene = observed({}, { payloads$ });
    const socket = scene.run();
    assert.deepStrictEqual(scene.of('bytes'), []);
    payloads$.next(true);
    socket.send$('abc').subscribe();
    scene.scheduler.flush();
    const { length } = scene.of('bytes');
    assert.ok(scene.of('bytes').some((event) => contentOf(event) === 'abc'));
    payloads$.next(false);
    socket.send$('def').subscribe();
    scene.scheduler.flush();
    assert.equal(scene.of('bytes').length, length);
  });

  it.each(['lose', 'flip', undefined] as const)('shows no key in any event, with damage: %s', (kind) => {
    const faults = kind === undefined ? [] : [1, 40, 200].map((after) => ({ kind, after, bytes: 2, at: 0 }) as const);
    const scheduler = new VirtualTimeScheduler();
    const { nic, online$, emulator } = virtualModem({ scheduler, accessPoints: [{ ssid: 'my-ssid', key }], faults });
    const texts: string[] = [];
    observe(nic, { scheduler, emulator, payloads$: of(true) }).subscribe((event) => texts.push(contentOf(event)));
    online$.pipe(concatMap(() => nic.enable_ap$('my-board', key))).subscribe({ error: () => undefined });
    scheduler.flush();
    nic.close$().subscribe();
    scheduler.flush();
    assert.ok(texts.some((text) => text.startsWith('AT+CWJAP')));
    assert.ok(!showsKey(texts.join('')), texts.find(showsKey));
  });

  it('shows no key to someone who subscribes at any time while a network is joined', () => {
    for (let at = 0; at < 3_000; at += 150) {
      const scheduler = new VirtualTimeScheduler();
      const { nic, online$ } = virtualModem({
        scheduler,
        accessPoints: [{ ssid: 'my-ssid', key }],
        latency: 1,
        baud: 9_600,
      });
      const texts: string[] = [];
      let isOnline = false;
      online$.subscribe(() => (isOnline = true));
      scheduler.schedule(() => {
        observe(nic, { scheduler, payloads$: of(true) }).subscribe((event) => texts.push(contentOf(event)));
      }, at);
      scheduler.flush();
      assert.ok(isOnline);
      assert.ok(!showsKey(texts.join('')), `subscribed after ${at} ms`);
    }
  });

  it('tells what a virtual modem reports, and the faults that it was given', () => {
    const scheduler = new VirtualTimeScheduler();
    const { nic, emulator, online$ } = virtualModem({ scheduler });
    const reports: string[] = [];
    observe(nic, { scheduler, emulator }).subscribe((event) => {
      if (event.type === 'virtual') reports.push(`${event.kind}: ${event.text}`);
    });
    online$.subscribe();
    scheduler.flush();
    emulator.fault({ kind: 'wifi-lost', for: 100 });
    assert.ok(reports.includes('command: ATE0 → OK, 0 ms'));
    assert.ok(reports.includes('fault: wifi-lost, for 100'));
  });

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

  it('tells two watchers the same, and one who comes later which sockets there are', () => {
    const scene = observed();
    scene.run();
    const late: WatchEvent[] = [];
    observe(scene.nic, { scheduler: scene.scheduler }).subscribe((event) => late.push(event));
    const before = scene.events.length;
    const [state] = late;
    assert.deepStrictEqual(state?.type === 'state' && state.state.sockets, [
      { id: 1, kind: 'stream', stage: 'connected', link: 4, queued: 5 },
    ]);
    const second = scene.socket();
    second.connect$(['10.0.0.1', 80]).subscribe();
    scene.scheduler.flush();
    const isCall = ({ type }: WatchEvent) => type === 'call' || type === 'said';
    assert.deepStrictEqual(late.filter(isCall), scene.events.slice(before).filter(isCall));
    assert.deepStrictEqual(
      callText(late.find(({ type }) => type === 'call') ?? { type: 'missed', time: 0, count: 0 }),
      '2/- connect begins 10.0.0.1:80',
    );
  });

  it('counts the bytes of five links at once', () => {
    const scene = observed({ hosts: { '10.0.0.1:80': () => NEVER } });
    const sockets = [1, 2, 3, 4, 5].map(() => scene.socket());
    scene.online$
      .pipe(
        mergeMap(() => sockets),
        mergeMap((socket, index) =>
          socket.connect$(['10.0.0.1', 80]).pipe(concatMap(() => socket.sendall$(Buffer.alloc(100 * (index + 1))))),
        ),
      )
      .subscribe();
    scene.scheduler.flush();
    const { links = [], sockets: shown = [] } = scene.of('state').at(-1)?.state ?? {};
    assert.deepStrictEqual(
      links.map(({ id, kind, stage, sent, remote }) => [id, kind, stage, sent, remote?.port]),
      [0, 1, 2, 3, 4].map((id) => [id, 'tcp', 'open', 100 * (5 - id), 80]),
    );
    assert.deepStrictEqual(
      shown.map(({ id, link }) => [id, link]),
      [1, 2, 3, 4, 5].map((id) => [id, 5 - id]),
    );
  });

  it('shows a sender that is held back, what waits and what is queued', () => {
    const block = Buffer.alloc(1_000);
    const scene = observed({
      baud: 115_200,
      hosts: { '10.0.0.1:80': () => concat(range(0, 100).pipe(map(() => block)), NEVER) },
    });
    const socket = scene.socket({ receiveBuffer: 4_096 });
    scene.online$.pipe(concatMap(() => socket.connect$(['10.0.0.1', 80]))).subscribe();
    scene.scheduler.flush();
    const state = scene.of('state').at(-1)?.state;
    const [link] = state?.links ?? [];
    assert.ok(link?.isHeld);
    assert.ok(link.queued >= 4_096);
    assert.ok(link.waiting > 0);
    assert.equal(link.received, link.queued);
    assert.equal(state?.receive, 'pulled');
  });

  it('shows what is queued on a link beside a socket whose link has ended and had the same number', () => {
    const scene = observed({ hosts: { '10.0.0.1:80': () => of('the end'), '10.0.0.1:81': greeting } });
    scene.run();
    const sockets = [1, 2, 3, 4, 5].map(() => scene.socket());
    from(sockets)
      .pipe(concatMap((socket) => socket.connect$(['10.0.0.1', 81])))
      .subscribe();
    scene.scheduler.flush();
    const { links = [], sockets: shown = [] } = scene.of('state').at(-1)?.state ?? {};
    assert.deepStrictEqual(
      shown.map(({ stage, link, queued }) => [stage, link, queued]),
      [['peerClosed', 4, 7], ...[3, 2, 1, 0, 4].map((id) => ['connected', id, 5])],
    );
    assert.deepStrictEqual(
      links.map(({ queued }) => queued),
      [5, 5, 5, 5, 5],
    );
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
