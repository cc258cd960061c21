import { describe, expect, it } from '@jest/globals';

import { shownLine } from '../../../src/emulator/simulation/report';

const known = new Set([
  '',
  'E0',
  '+GMR',
  '+CIPMUX',
  '+CIPSTART',
  '+CWJAP',
  '+CWSAP',
  '+CWQAP',
  '+CWLAP',
  '+CIPSSLCPSK',
]);
const shown = (line: string): string => shownLine(line, (name) => known.has(name));

describe('shownLine', () => {
  it.each([
    ['AT', 'AT'],
    ['ATE0', 'ATE0'],
    ['AT+CIPMUX?', 'AT+CIPMUX?'],
    ['AT+CIPSTART=4,"TCP","192.168.1.9",80', 'AT+CIPSTART=4,"TCP","192.168.1.9",80'],
    ['AT+CIPMUX 1', 'AT+CIPMUX…'],
    ['AT+WRONG', 'AT+WRONG'],
    ['AT+WRONG=1', 'AT+WRONG=…'],
    ['hello', 'a line of 5 bytes that is not a command'],
    ['AT+CWJAP_CUR="my-ssid","my-password"', 'AT+CWJAP_CUR="my-ssid"…'],
    ['AT+CWQAP="my-ssid","my-password"', 'AT+CWQAP=…'],
    ['AT+CWJAP="my-password"', 'AT+CWJAP=…'],
    ['AT+CIPSSLCPSK=0,"my-password","hint"', 'AT+CIPSSLCPSK=…'],
  ])('shows %j as %j', (line, text) => {
    expect(shown(line)).toBe(text);
  });

  it.each([
    'AT+CWJAP="my-ssid","Qz7~kEy:Wx9"',
    'AT+CWJAP_CUR="my-ssid","Qz7~kEy:Wx9"',
    'AT+CWSAP_DEF="my-ssid","Qz7~kEy:Wx9",5,3',
  ])('shows no three characters of the key of %j, whatever part of it is lost or one byte becomes', (line) => {
    const parts = Array.from({ length: 9 }, (_, at) => 'Qz7~kEy:Wx9'.slice(at, at + 3));
    const damaged = Array.from(line).flatMap((_, at) => {
      const lost = Array.from({ length: line.length }, (__, size) => line.slice(0, at) + line.slice(at + size));
      const put = Array.from({ length: 256 }, (__, byte) => String.fromCharCode(byte));
      return [
        ...lost,
        ...put.flatMap((byte) => [1, 0].map((size) => line.slice(0, at) + byte + line.slice(at + size))),
      ];
    });
    expect(damaged.map(shown).filter((text) => parts.some((part) => text.includes(part)))).toEqual([]);
  });
});
