import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concatMap, of, VirtualTimeScheduler } from 'rxjs';

import { virtualModem } from '../../../../src/testing';
import { observe } from '../../../../src/watch';
import { key, showsKey } from '../../../../harness/modems/secretEcho';
import { contentOf } from './observed';

describe('a key in what observe tells', () => {
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
});
