import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concatMap, VirtualTimeScheduler } from 'rxjs';

import { createEmulator } from '../../../src/emulator';
import { ESP8285 } from '../../../src/esp8285';
import { OSError } from '../../../src/usocket/contract/osError';
import { letPass } from '../../../harness/time/virtualTime';

describe('S6 a modem that says the code of each error, ESP-AT 2.2.2', () => {
  /** An interface on a modem on which another program has turned the codes on. */
  function started() {
    const scheduler = new VirtualTimeScheduler();
    const stored = { ssid: 'my-ssid', key: 'my-password' };
    const emulator = createEmulator({ scheduler, firmware: '2.2.2', interleave: 0, stored });
    const heard: string[] = [];
    emulator.uart.rx$.subscribe((bytes) => heard.push(Buffer.from(bytes).toString('latin1')));
    emulator.uart.write(Buffer.from('AT+SYSLOG=1\r\n')).subscribe();
    letPass(scheduler, 1_000);
    const nic = new ESP8285(emulator.uart, { scheduler });
    const run = () => letPass(scheduler, 5_000);
    return { nic, heard, run };
  }

  it('is set up, although it refuses some steps with a code', () => {
    const { nic, heard, run } = started();
    let isUp = false;
    nic.start$().subscribe(() => (isUp = true));
    run();
    assert.ok(isUp);
    assert.match(heard.join(''), /ERR CODE:0x01[\da-f]{6}\r\n\r\nERROR\r\n/);
  });

  it('gives its code in the message of a call that it refuses, and the next call works', () => {
    const { nic, run } = started();
    let failure: unknown;
    let version: string | undefined;
    nic
      .start$()
      .pipe(concatMap(() => nic.ping$('no-such-host.example')))
      .subscribe({ error: (error: unknown) => (failure = error) });
    run();
    nic.version$().subscribe((said) => (version = said));
    run();
    assert.ok(failure instanceof OSError);
    assert.match(failure.message, /ERR CODE:0x01[\da-f]{6}/);
    assert.equal(version, '2.2.2.0');
  });
});
