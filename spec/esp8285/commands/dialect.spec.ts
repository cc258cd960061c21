import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { dialectOf } from '../../../src/esp8285/commands/dialect';

type Expected = readonly [
  generation: 'nonos' | 'esp-at',
  version: string,
  passive: boolean,
  sendBuffer: boolean,
  suffix: '' | '_CUR',
  namesAndClock: boolean,
];

/** First lines and vendor lines of AT+GMR as users of these versions have logged them in public issues. */
const logged: readonly (readonly [logged: string, lines: readonly string[], expected: Expected])[] = [
  [
    'AT+GMR as logged by users of 0.21, the first with this form',
    ['AT version:0.21.0.0', 'SDK version:0.9.5'],
    ['nonos', '0.21.0.0', false, false, '', false],
  ],
  [
    "AT+GMR as logged by users of Ai-Thinker's 0.40",
    [
      'AT version:0.40.0.0(Aug  8 2015 14:45:58)',
      'SDK version:1.3.0',
      'Ai-Thinker Technology Co.,Ltd.',
      'Build:1.3.0.2 Sep 11 2015 11:48:04',
    ],
    ['nonos', '0.40.0.0', false, false, '', false],
  ],
  [
    'AT+GMR as logged by users of 1.1',
    ['AT version:1.1.0.0(May 11 2016 18:09:56)', 'SDK version:1.5.4(baaeaebb)', 'compile time:May 20 2016 15:08:19'],
    ['nonos', '1.1.0.0', false, false, '_CUR', false],
  ],
  [
    'AT+GMR as logged by users of 1.6.2',
    ['AT version:1.6.2.0(Apr 13 2018 11:10:59)', 'SDK version:2.2.1(6ab97e9)', 'Bin version(Wroom 02):1.6.2'],
    ['nonos', '1.6.2.0', false, true, '_CUR', true],
  ],
  [
    'AT+GMR as logged by users of 1.7.0, whose Bin version has a v',
    ['AT version:1.7.0.0(Aug 16 2018 00:57:04)', 'SDK version:3.0.0(d49923c)', 'Bin version(Wroom 02):v1.7.0'],
    ['nonos', '1.7.0.0', true, true, '_CUR', true],
  ],
  [
    'AT+GMR as logged by users of 1.7.3, whose Bin version is that of the SDK',
    ['AT version:1.7.3.0(Mar 19 2020 18:15:04)', 'SDK version:3.0.3(8427744)', 'Bin version(Wroom 02):3.0.3'],
    ['nonos', '1.7.3.0', true, true, '_CUR', true],
  ],
  [
    'AT+GMR as logged by users of 1.7.4',
    ['AT version:1.7.4.0(May 11 2020 19:13:04)', 'SDK version:3.0.4(9532ceb)', 'Bin version(Wroom 02):1.7.4'],
    ['nonos', '1.7.4.0', true, true, '_CUR', true],
  ],
  [
    'AT+GMR as logged by users of 2.0 on ESP8266',
    ['AT version:2.0.0.0(88c2cde - Jul  9 2019 11:03:33)', 'SDK version:v3.2', 'Bin version:2.0.0(WROOM-02)'],
    ['esp-at', '2.0.0.0', false, false, '', true],
  ],
  [
    'AT+GMR as logged by users of 2.1',
    [
      'AT version:2.1.0.0(ded5b14 - Jul 24 2020 12:01:05)',
      'SDK version:v3.3-2-gb6e861a',
      'Bin version:2.1.0(WROOM-02)',
    ],
    ['esp-at', '2.1.0.0', true, false, '', true],
  ],
  [
    "AT+GMR as logged by users of Ai-Thinker's 2.2-dev, whose Bin version is older",
    [
      'AT version:2.2.0.0-dev(s-3ac9d0f - ESP8266 - Apr 19 2021 08:05:35)',
      'SDK version:v3.4',
      'Ai-Thinker-compile time(233da6c):Apr 27 2021 01:56:20',
      'Bin version:2.0.0(WROOM-02-N)',
    ],
    ['esp-at', '2.2.0.0', true, false, '', true],
  ],
  [
    'AT+GMR as logged by users of 2.2 for 1 MB',
    ['AT version:2.2.0.0(s-b097cdf - ESP8266 - Jun 17 2021 12:58:29)', 'Bin version:2.2.0(ESP8266_1MB)'],
    ['esp-at', '2.2.0.0', true, false, '', true],
  ],
  [
    'AT+GMR as logged by users of 3.2 on ESP32',
    ['AT version:3.2.0.0(s-ec2dec2 - ESP32 - Jul 28 2023 07:05:28)', 'Bin version:v3.2.0.0(WROOM-32)'],
    ['esp-at', '3.2.0.0', true, false, '', true],
  ],
  ['AT+GMR as logged in 2014: a number alone', ['0018000902-AI03'], ['nonos', 'unknown', false, false, '_CUR', false]],
  ['no answer at all', [], ['nonos', 'unknown', false, false, '_CUR', false]],
];

describe('dialectOf', () => {
  it.each(logged)(
    '%s',
    (_, lines, [generation, version, passiveReceive, sendBuffer, volatileSuffix, namesAndClock]) => {
      const dialect = { generation, version, passiveReceive, sendBuffer, volatileSuffix, namesAndClock };
      assert.deepStrictEqual(dialectOf(lines), dialect);
    },
  );

  it.each([
    ['1.3.0.0', false],
    ['1.4.0.0', true],
    ['2.0.0.0', true],
  ])('knows of names and clock in AT %s: %s', (version, namesAndClock) => {
    assert.strictEqual(dialectOf([`AT version:${version}`]).namesAndClock, namesAndClock);
  });

  it.each([
    ['1.2.0.0', false],
    ['1.3.0.0', true],
    ['2.0.0.0', false],
  ])('knows of a send buffer in AT %s: %s', (version, sendBuffer) => {
    assert.strictEqual(dialectOf([`AT version:${version}`]).sendBuffer, sendBuffer);
  });

  it('finds the version behind unsolicited lines', () => {
    const lines = ['WIFI GOT IPv6 LL', 'AT version:1.7.4.0(May 11 2020 19:13:04)', 'SDK version:3.0.4(9532ceb)'];
    assert.strictEqual(dialectOf(lines).version, '1.7.4.0');
  });
});
