import { afterAll, describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { EMPTY } from 'rxjs';

import { createEmulator } from '../../../src/emulator';
import { ESP8285 } from '../../../src/esp8285';
import type { Uart } from '../../../src/streams';
import { OSError } from '../../../src/usocket/contract/osError';
import { replacing, started } from '../../../harness/modems/started';

describe('the option baud', () => {
  const { uart } = createEmulator();
  const fixed = {
    rx$: uart.rx$,
    readiness$: uart.readiness$,
    write: (bytes: Uint8Array) => uart.write(bytes),
    close: () => uart.close(),
  };
  afterAll(() => {
    uart.close().subscribe();
  });

  it.each([
    [
      'is EOPNOTSUPP, which tells the way out, for a line whose speed cannot be changed',
      { ...fixed, port: 'tcp://host:3000', baudRate: 115_200 },
      921_600,
      'EOPNOTSUPP',
      /tcp:\/\/host:3000 cannot be changed from here; .*rfc2217:\/\//,
    ],
    [
      'is EOPNOTSUPP for a line that does not know its speed',
      { ...fixed, setBaudRate: () => EMPTY },
      921_600,
      'EOPNOTSUPP',
      /this line/,
    ],
    ['is a whole number', uart, 921_600.5, 'EINVAL', /whole number/],
    ['is not negative', uart, -1, 'EINVAL', /from 80 to 5000000/],
    ['is not a text', uart, '921600' as unknown as number, 'EINVAL', /not 921600/],
  ] as const)('%s', (_, line: Uart, baud, code, message) => {
    assert.throws(
      () => new ESP8285(line, { baud }),
      (error) => error instanceof OSError && error.code === code && message.test(error.message),
    );
  });

  it('is EOPNOTSUPP in the set-up for a line that does not know its speed when it is open', () => {
    const modem = started({ baud: 921_600, line: (opened) => replacing(opened, { baudRate: undefined }) });
    const failure = modem.failure();
    assert.ok(failure instanceof OSError);
    assert.deepStrictEqual([failure.code, failure.syscall], ['EOPNOTSUPP', 'set_baud']);
  });
});
