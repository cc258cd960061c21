import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isIPv4, isIPv6 } from 'node:net';

import { inet_ntop, inet_pton } from '../../../src/usocket/contract/inet';
import { OSError } from '../../../src/usocket/contract/osError';

const AF_INET = 2;
const AF_INET6 = 10;

function thrownBy(call: () => unknown): OSError {
  try {
    call();
  } catch (error) {
    if (error instanceof OSError) return error;
    throw error;
  }
  throw new Error('expected an OSError');
}

const hex = (text: string) => Buffer.from(text, 'hex');

describe('inet_pton() and inet_ntop()', () => {
  it.each([
    ['127.0.0.1', '7f000001'],
    ['1.2.3.4', '01020304'],
    ['0.0.0.0', '00000000'],
    ['255.255.255.255', 'ffffffff'],
  ])('translate %s', (text, bytes) => {
    expect(inet_pton(AF_INET, text)).toEqual(hex(bytes));
    expect(inet_ntop(AF_INET, hex(bytes))).toBe(text);
  });

  it.each([
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['1::', '00010000000000000000000000000000'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001'],
    ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
    ['2001:0:0:1::1', '20010000000000010000000000000001'],
    ['fe80::204:61ff:fe9d:f156', 'fe80000000000000020461fffe9df156'],
  ])('translate %s, in the form of RFC 5952', (text, bytes) => {
    expect(inet_pton(AF_INET6, text)).toEqual(hex(bytes));
    expect(inet_ntop(AF_INET6, hex(bytes))).toBe(text);
  });

  it.each([
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('take %s as well', (text, printed) => {
    expect(inet_ntop(AF_INET6, inet_pton(AF_INET6, text))).toBe(printed);
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', ' 1.2.3.4', '1.2.3.a', '1..2.3', '+1.2.3.4'])(
    'refuse %j as IPv4 with EINVAL',
    (text) => {
      expect(thrownBy(() => inet_pton(AF_INET, text))).toMatchObject({ code: 'EINVAL', syscall: 'inet_pton' });
    },
  );

  it.each([
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    '::g',
    '::1.2.3',
    ':1::',
    '1.2.3.4::',
  ])('refuse %j as IPv6 with EINVAL', (text) => {
    expect(thrownBy(() => inet_pton(AF_INET6, text))).toMatchObject({ code: 'EINVAL', syscall: 'inet_pton' });
  });

  it.each([
    [AF_INET, 0],
    [AF_INET, 3],
    [AF_INET, 16],
    [AF_INET6, 4],
    [AF_INET6, 17],
  ])('refuse for family %d an address of %d bytes with EINVAL', (family, size) => {
    expect(thrownBy(() => inet_ntop(family, Buffer.alloc(size)))).toMatchObject({
      code: 'EINVAL',
      syscall: 'inet_ntop',
    });
  });

  it('refuse another family with EAFNOSUPPORT', () => {
    expect(thrownBy(() => inet_pton(1, '1.2.3.4')).code).toBe('EAFNOSUPPORT');
    expect(thrownBy(() => inet_ntop(1, Buffer.alloc(4))).code).toBe('EAFNOSUPPORT');
  });

  it.each([
    [AF_INET, 4],
    [AF_INET6, 16],
  ])('bring the bytes of family %d back, whatever they are', (family, size) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: size, maxLength: size }), (bytes) => {
        expect(inet_pton(family, inet_ntop(family, bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('agree with Node.js about what an address is', () => {
    const almost = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc
        .array(fc.constantFrom(...'0123456789abf:.'.split(''), '::', '255.'), { maxLength: 16 })
        .map((parts) => parts.join('')),
    );
    const accepts = (family: number, text: string) => {
      try {
        return inet_pton(family, text).length > 0;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(almost, (text) => {
        expect(accepts(AF_INET, text)).toBe(isIPv4(text));
        expect(accepts(AF_INET6, text)).toBe(isIPv6(text));
      }),
      { numRuns: 2000 },
    );
  });
});
