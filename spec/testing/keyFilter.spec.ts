import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';

import { latin1 } from '../../harness/modems/frames';
import { key, showsKey } from '../../harness/modems/secretEcho';
import type { TimedBytes } from '../../src/esp8285/trace/hideKeys';
import { KeyFilter } from '../../src/testing/keyFilter';

const stars = '*'.repeat(key.length);

describe('a key in a recording', () => {
  const filtered = (...said: readonly (readonly [TimedBytes['from'], string])[]): string[] => {
    const filter = new KeyFilter();
    const shown = said.flatMap(([from, text], at) => filter.push({ at, from, bytes: latin1(text) }));
    return [...shown, ...filter.end()].map(({ at, from, bytes }) => `${at} ${from} ${bytes.toString('latin1')}`);
  };
  const join = `AT+CWJAP_CUR="my-ssid","${key}"\r\n`;

  it.each(['AT+CWJAP', 'AT+CWJAP_CUR', 'AT+CWJAP_DEF', 'AT+CWSAP', 'AT+CWSAP_CUR'])('is stars in %s', (name) => {
    assert.deepStrictEqual(filtered(['host', `${name}="a\\"b","${key}",5,3\r\n`], ['modem', '\r\nOK\r\n']), [
      `0 host ${name}="a\\"b","${stars}",5,3\r\n`,
      '1 modem \r\nOK\r\n',
    ]);
  });

  it('is stars when SmartConfig has got it, and nothing is held back for that', () => {
    assert.deepStrictEqual(
      filtered(
        ['modem', 'Smart get wifi info\r\nssid:my-ssid\r\npassword:Qz7~'],
        ['modem', `${key.slice(4)}\r\nWIFI CONNECTED\r\n`],
      ),
      [
        '0 modem Smart get wifi info\r\nssid:my-ssid\r\npassword:****',
        `1 modem ${'*'.repeat(key.length - 4)}\r\nWIFI CONNECTED\r\n`,
      ],
    );
  });

  it('is stars when it is said and echoed in pieces', () => {
    assert.deepStrictEqual(
      filtered(
        ['host', 'AT+CWJAP="a","Qz7~'],
        ['modem', 'AT+CWJAP="a","Qz'],
        ['host', `${key.slice(4)}"\r\n`],
        ['modem', `${key.slice(2)}"\r\r\n\r\nFAIL\r\n`],
      ),
      [
        '0 host AT+CWJAP="a","****',
        '1 modem AT+CWJAP="a","**',
        `2 host ${stars.slice(4)}"\r\n`,
        `3 modem ${stars.slice(2)}"\r\r\n\r\nFAIL\r\n`,
      ],
    );
  });

  it.each([
    ['behind a payload that ends in no newline', ['hello', `AT+CWJAP="a","${key}"\r\n`]],
    ['when the name of its command is said in pieces', ['AT+C', `WJAP="a","${key}"\r\n`]],
    ['behind a payload that begins like its command', ['AT+CW', `AT+CWJAP="a","${key}"\r\n`]],
  ])('is stars %s', (_, [first = '', second = '']) => {
    assert.deepStrictEqual(filtered(['host', first], ['host', second], ['modem', 'OK\r\n']), [
      `0 host ${first}`,
      `1 host ${second.replace(key, stars)}`,
      '2 modem OK\r\n',
    ]);
  });

  it('takes a damaged echo with it, and nothing that the modem says besides', () => {
    const said = `AT+CW"my-ssid","Qz7~kE:Wx9"\r\r\nWIFI CONNECTED\r\n+IPD,0,3:abc\r\nOK\r\nQz7\r\n`;
    assert.deepStrictEqual(filtered(['host', join], ['modem', said]), [
      `0 host AT+CWJAP_CUR="my-ssid","${stars}"\r\n`,
      `1 modem AT+${'*'.repeat(24)}\r\r\nWIFI CONNECTED\r\n+IPD,0,3:abc\r\nOK\r\n***\r\n`,
    ]);
  });

  it.each(['+CWSAP', '+CWSAP_CUR', '+CWSAP_DEF'])('is stars in the answer %s', (name) => {
    assert.deepStrictEqual(
      filtered(
        ['host', `AT${name}?\r\n`],
        ['modem', `AT${name}?\r\r\n${name}:"a"b","Qz7~`],
        ['modem', `${key.slice(4)}",5,3,4,0\r\n\r\nOK\r\n`],
      ),
      [
        `0 host AT${name}?\r\n`,
        `1 modem AT${name}?\r\r\n${name}:"a"b","****`,
        `2 modem ${stars.slice(4)}",5,3,4,0\r\n\r\nOK\r\n`,
      ],
    );
  });

  it.each([
    [`AT+CWJAP="a","Qz7\\"~kEy"`, `AT+CWJAP="a","${'*'.repeat(9)}"`],
    [`at+cwjap="a","${key}"`, `at+cwjap="a","${stars}"`],
    [`AT+CWJAP="a","${key}","aa:bb:cc:dd:ee:ff"`, `AT+CWJAP="a","${stars}","aa:bb:cc:dd:ee:ff"`],
    [`AT+CWJAP=a,${key}`, `AT+CWJAP=a,${stars}`],
    [`AT+CWJAP="a", "${key}"`, `AT+CWJAP="a",*${stars}**`],
    [`AT+CWJAP="a"b","${key}"`, `AT+CWJAP="a"b",*${stars}*`],
    [`AT+CWJAP="a","Qz7"~kEy"`, `AT+CWJAP="a",${'*'.repeat(10)}`],
    [`AT+CWJEAP="a",1,"me","${key}"`, `AT+CWJEAP="a",${'*'.repeat(8)}${stars}*`],
    [`AT+CWJAP="a","`, `AT+CWJAP="a","`],
    ['AT+CWJAP="a,b', 'AT+CWJAP="a,b'],
    ['AT+CWJAP=?', 'AT+CWJAP=?'],
  ])('is stars in %s, and in its echo', (line, shown) => {
    assert.deepStrictEqual(filtered(['host', `${line}\r\n`], ['modem', `${line}\r\r\nERROR\r\n`]), [
      `0 host ${shown}\r\n`,
      `1 modem ${shown}\r\r\nERROR\r\n`,
    ]);
  });

  it('is looked for no longer when it has been answered', () => {
    assert.deepStrictEqual(filtered(['host', join], ['modem', 'OK\r\n'], ['modem', 'Qz7\r\n']).slice(1), [
      '1 modem OK\r\n',
      '2 modem Qz7\r\n',
    ]);
  });

  it('changes no length and no order', () => {
    const damage = fc.record({ at: fc.nat(80), lost: fc.nat(9), put: fc.string({ maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(damage, { maxLength: 3 }), fc.nat(80), (damages, cut) => {
        const echo = damages.reduce((text, { at, lost, put }) => text.slice(0, at) + put + text.slice(at + lost), join);
        const filter = new KeyFilter();
        const said = [
          { at: 0, from: 'host', bytes: latin1(join) },
          { at: 1, from: 'modem', bytes: latin1(echo.slice(0, cut)) },
          { at: 2, from: 'modem', bytes: latin1(`${echo.slice(cut)}\r\nOK\r\n`) },
          { at: 3, from: 'host', bytes: latin1('AT\r\n') },
        ] as const;
        const shown = [...said.flatMap((one) => filter.push(one)), ...filter.end()];
        const outline = (all: readonly TimedBytes[]) => all.map(({ at, from, bytes }) => [at, from, bytes.length]);
        assert.deepStrictEqual(outline(shown), outline(said));
        assert.ok(!showsKey(Buffer.concat(shown.map(({ bytes }) => bytes)).toString('latin1')));
      }),
    );
  });
});
