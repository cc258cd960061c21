import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { firmwareVersions } from '../../../src/emulator';
import { modemsAndPeers } from '../support/modemsAndPeers';
import { commandsOf, parameters } from '../support/manual';

/** Commands that have specs elsewhere: links, joining, sleep, and what is always refused. */
const apart = /^\+(CWJAP|CIPSTART|CIPSEND|CIPCLOSE$|CIPRECVDATA|CIPBUF|CIPCHECKSEQ|GSLP|CIUPDATE|SYSFLASH)/;

const suffixOf = { t: '=?', q: '?', x: '' } as const;

const { modems } = modemsAndPeers();

describe.each(firmwareVersions)('the commands of AT %s', (firmware) => {
  // Commands that end the conversation, or wait for more, have specs elsewhere.
  const isPlain = (name: string): boolean =>
    !['+RST', '+RESTORE', '+CIPSEND', '+CIUPDATE', '+SYSROLLBACK'].includes(name);
  const queries = commandsOf(firmware).filter(([, forms]) => forms.includes('q'));

  it('are all there, in every form but the one with parameters', async () => {
    const host = await modems.ready({ firmware, stored: { ssid: 'my-ssid', key: 'my-password' } });
    await host.asks('AT+CIPMUX=0');
    for (const [name, forms] of commandsOf(firmware).filter(([each]) => isPlain(each))) {
      for (const form of ['t', 'q', 'x'] as const) {
        if (!forms.includes(form)) continue;
        // There is no link that could be closed.
        const expected = /^\+CIP(CLOSE|BUF)/.test(name) && form === 'x' ? 'ERROR' : 'OK';
        host.type(`AT${name}${suffixOf[form]}\r\n`);
        const answer = await host.readsUntil(/\r\n(OK|ERROR|FAIL)\r\n/);
        assert.ok(answer.endsWith(`\r\n${expected}\r\n`), `AT${name}${suffixOf[form]}: ${answer}`);
        // NonOS tells of the end of the network after the answer.
        if (name === '+CWQAP' && form === 'x') host.unread = '';
        if (name === 'E1')
          await host.asks('ATE0', firmware === '2.2.2' ? 'ATE0\r\n\r\nOK\r\n' : 'ATE0\r\r\n\r\nOK\r\n');
      }
    }
  });

  it('are all there in the form with parameters', async () => {
    const family = firmware === '2.2.2' ? 'E' : 'N';
    const host = await modems.ready({ firmware });
    await host.asks(family === 'E' ? 'AT+CWMODE=3' : 'AT+CWMODE_CUR=3');
    for (const [name] of commandsOf(firmware).filter(([each, forms]) => forms.includes('s') && !apart.test(each))) {
      const given = parameters[name];
      assert.ok(given !== undefined, `AT${name} has no parameters here`);
      host.type(`AT${name}=${typeof given === 'string' ? given : given[family]}\r\n`);
      const answer = await host.readsUntil(/\r\n(OK|ERROR|FAIL)\r\n/);
      // The server is off already, which ESP-AT refuses.
      const expected = name === '+CIPSERVER' && family === 'E' ? 'ERROR' : 'OK';
      assert.ok(answer.endsWith(`\r\n${expected}\r\n`), `AT${name}: ${answer}`);
    }
  });

  it('answer a query with their own name', async () => {
    const host = await modems.ready({ firmware });
    for (const [name] of queries) {
      host.type(`AT${name}?\r\n`);
      const answer = await host.readsUntil(/\r\nOK\r\n/);
      // This query has nothing to list.
      const own = ['+CIPSTATE'].includes(name) ? /^\r\nOK/ : new RegExp(`^\\${name}[:=]`);
      assert.match(answer, own, name);
    }
  });

  it('have no other form', async () => {
    const host = await modems.ready({ firmware });
    for (const [name, forms] of commandsOf(firmware).filter(([each]) => isPlain(each))) {
      for (const form of ['t', 'q', 'x'] as const) {
        if (forms.includes(form)) continue;
        await host.asks(`AT${name}${suffixOf[form]}`, '\r\nERROR\r\n').catch((cause: unknown) => {
          throw new Error(`AT${name}${suffixOf[form]}`, { cause });
        });
      }
      if (!forms.includes('s')) await host.asks(`AT${name}=0`, '\r\nERROR\r\n');
    }
  });

  it('are no others than these', async () => {
    const host = await modems.ready({ firmware });
    const others = firmwareVersions.flatMap((other) => commandsOf(other).map(([name]) => name));
    const own = new Set(commandsOf(firmware).map(([name]) => name));
    // NonOS has most commands with a suffix also without one.
    const bare = new Set([...own].map((name) => name.replace(/_(CUR|DEF)$/, '')));
    for (const name of new Set(others)) {
      if (own.has(name) || bare.has(name)) continue;
      await host.asks(`AT${name}?`, '\r\nERROR\r\n');
      await host.asks(`AT${name}=1`, '\r\nERROR\r\n');
    }
    await host.asks('AT+MQTTCONN?', '\r\nERROR\r\n');
  });
});
