import { describe, expect, it } from '@jest/globals';
import { lastValueFrom, Observable } from 'rxjs';

import { createEmulator } from '../../../src/emulator';
import { ESP8285 } from '../../../src/esp8285';
import { answersOf, readRequest } from '../../../src/watch/serve/requests';

describe('a fault that a page gives', () => {
  it.each([{ kind: 'reset' }, { kind: 'lose', bytes: -1 }])(
    'listens to the modem no more afterwards: %j',
    async (fault) => {
      const emulator = createEmulator({ latency: 0 });
      let listeners = 0;
      const events$ = new Observable<never>(() => {
        listeners++;
        return () => listeners--;
      });
      const counted = Object.create(emulator, { events$: { value: events$ } }) as typeof emulator;
      const answers = answersOf(new ESP8285(emulator.uart), counted);
      await lastValueFrom(answers.fault(fault), { defaultValue: undefined }).catch(() => undefined);
      expect(listeners).toBe(0);
    },
  );
});

describe('a request of a page', () => {
  it.each([
    '[1]',
    '{"request":"1","kind":"ask"}',
    '{"request":1,"kind":"payloads","areShown":1}',
    '{"request":1,"kind":"fault","fault":null}',
  ])('is not %s', (text) => {
    expect(() => readRequest(text)).toThrow(TypeError);
  });
});
