import fc from 'fast-check';

import { command } from '../../src/esp8285/commands/command';

/** The key in {@link secret}. */
export const key = 'Qz7~kEy:Wx9';

/** A command with a key. */
export const secret = command(
  'AT+CWJAP_CUR',
  { text: 'my-ssid', what: 'SSID', syscall: 'connect', maxBytes: 32 },
  { text: key, what: 'key', syscall: 'connect', maxBytes: 64, secret: true },
);

/** Whether three characters of the key stand somewhere side by side. */
export function showsKey(text: string): boolean {
  return Array.from({ length: key.length - 2 }, (_, at) => key.slice(at, at + 3)).some((part) => text.includes(part));
}

/** The echo of {@link secret} and its answer, damaged in up to three places, in two chunks. */
export function damagedEchoes(): fc.Arbitrary<readonly [string, string]> {
  const echo = `${secret.line}\r\r\n\r\nOK\r\n`;
  const damage = fc.record({ at: fc.nat(echo.length), lost: fc.nat(12), put: fc.string({ maxLength: 6 }) });
  return fc.tuple(fc.array(damage, { maxLength: 3 }), fc.nat(echo.length)).map(([damages, chunk]) => {
    const damaged = damages.reduce((text, { at, lost, put }) => text.slice(0, at) + put + text.slice(at + lost), echo);
    return [damaged.slice(0, chunk), damaged.slice(chunk)];
  });
}
