import { describe, expect, it } from '@jest/globals';
import { strict as assert } from 'node:assert';
import { inspect } from 'node:util';
import { filter, firstValueFrom, lastValueFrom } from 'rxjs';

import { openUart } from '../../src/transports';
import { OSError } from '../../src/usocket/contract/osError';
import { collect } from '../../harness/peers/bytes';
import { failureOf } from '../../harness/interfaces/failure';
import { openPty } from '../../harness/lines/pty';
import { tcpServer } from '../../harness/peers/tcpServer';
import { TelnetPeer } from '../../harness/lines/telnetPeer';

describe('openUart', () => {
  it('opens a path as a serial port', async () => {
    const pty = openPty();
    const uart = openUart(pty.path, { baudRate: 115_200 });
    await firstValueFrom(uart.readiness$.pipe(filter((level) => level.writable)));
    const heard = firstValueFrom(pty.heard$);
    pty.listen();
    await lastValueFrom(uart.write(Buffer.from('AT')), { defaultValue: undefined });
    expect([String(await heard), uart.baudRate]).toEqual(['AT', 115_200]);
    await lastValueFrom(uart.close(), { defaultValue: undefined });
    pty.close();
  });

  it.each(['COM256', 'C:/no-such-port', '/dev/no-such-port'])('takes %s for a serial port', async (path) => {
    const error = await failureOf(openUart(path).rx$);
    expect(error.code).toBe('ENODEV');
    expect(error.message).toContain(path);
  });

  it('opens tcp:// as a raw line', async () => {
    await using server = await tcpServer();
    const uart = openUart(`tcp://127.0.0.1:${server.endpoint.port}`);
    const received = collect(uart.rx$, 2);
    (await server.accept()).write('OK');
    expect((await received).toString()).toBe('OK');
    await lastValueFrom(uart.close(), { defaultValue: undefined });
  });

  it('opens rfc2217:// with the settings given', async () => {
    await using server = await tcpServer();
    const uart = openUart(`RFC2217://127.0.0.1:${server.endpoint.port}/`, { baudRate: 9600 });
    const peer = new TelnetPeer(await server.accept());
    await firstValueFrom(uart.readiness$.pipe(filter((level) => level.writable)));
    expect(peer.asked).toContainEqual(['SET', 1, 0, 0, 0x25, 0x80]);
    await lastValueFrom(uart.close(), { defaultValue: undefined });
  });

  it.each([
    '',
    'emulator:',
    'http://127.0.0.1:80',
    'tcp://127.0.0.1',
    'tcp://:3000',
    'tcp:',
    'tcp://127.0.0.1:65536',
    'tcp://127.0.0.1:0',
    'rfc2217://127.0.0.1:2217/tty',
  ])('refuses %p at the call', (target) => {
    assert.throws(
      () => openUart(target),
      (error) => error instanceof OSError && error.code === 'EINVAL',
    );
  });

  it.each(['tcp://me:s3cret@127.0.0.1', 'http://me:s3cret@127.0.0.1:80', 'tcp://me:s3cret@127.0.0.1:port'])(
    'shows no password of %s',
    (target) => {
      assert.throws(
        () => openUart(target),
        (error) => error instanceof OSError && !inspect(error, { depth: 5 }).includes('s3cret'),
      );
    },
  );
});
