import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { of, Subject, VirtualTimeScheduler } from 'rxjs';

import { virtualModem } from '../../../../src/testing';
import { observe, type WatchEvent } from '../../../../src/watch';
import { callText, contentOf, observed } from './observed';

describe('what observe tells of a conversation', () => {
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
});
