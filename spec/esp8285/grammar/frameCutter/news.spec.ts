import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';

import type { Expectation } from '../../../../src/esp8285/grammar/expectation';
import { CollectingCutter, cut, framesOf, joined, latin1 } from '../../../../harness/modems/frames';

const numbered = { numbersLinks: true, prompt: false };
const ok = { kind: 'final', result: 'OK' };
const block = (link: number, data: string) => ({ kind: 'block', link, length: data.length, data });

/** Lines that stand in no list, or in that of Espressif's page "AT Messages". */
const news = [
  'wifi:bcn_timout,ap_probe_send_start',
  'wifi:state: 5 -> 0 (200)',
  'max tx power=78,ret=0',
  'LmacRxBlk:1',
  'Smart get wifi info',
  'smartconfig type:AIRKISS',
  'NO CERT FOUND',
  'NO PRVT_KEY FOUND',
  'NO CA FOUND',
  '+MQTTDISCONNECTED:0',
  '+MQTTCONNECTED:0,1,"192.0.2.7","1883","",1',
  '+MQTTPUB:FAIL',
  '+ETH_GOT_IP:192.0.2.9',
  '+ETH_CONNECTED',
  '+BLECONN:0,"24:0a:c4:09:34:23"',
  '+INDICATE:0,1,1,"abc"',
  '+VENDOR:7',
  '+MQTTready',
  '\x1b[0;31mE (8030) event: system_event_sta_disconnected\x1b[0m',
  'I (1234) wifi: mode : sta (02:00:00:00:00:01)',
  '[Vendor] link quality 72 %',
  '# heap 23456',
  '<inf> net: up',
  'Über 20 °C im Gehäuse',
  'scandone',
  'd: 12:30:01 tick',
  'OKAY',
  'FAILED',
  'SEND OKAY',
  'SEND SUCCESS',
];

describe('an unknown line', () => {
  it.each(news)('%j is one, between whole lines and after a block, glued to it or later', (text) => {
    const bytes = Buffer.from(`${text}\r\n`).toString('latin1');
    const known = (printed: string) => {
      const frames = framesOf(printed, numbered);
      for (const { kind } of frames) assert.ok(!['fragment', 'noise', 'damage'].includes(kind), kind);
      return frames.filter(({ kind }) => kind !== 'unknown' && kind !== 'line');
    };
    const hi = block(3, 'hi');
    assert.deepStrictEqual(known(`\r\nOK\r\n${bytes}\r\nOK\r\n`), [ok, ok]);
    assert.deepStrictEqual(known(`${bytes}${bytes}\r\n+IPD,3,2:hi`), [hi]);
    assert.deepStrictEqual(known(`\r\n+IPD,4,7:{"a":1}${bytes}\r\n+IPD,3,2:hi`), [block(4, '{"a":1}'), hi]);
    assert.deepStrictEqual(known(`\r\n+IPD,4,7:{"a":1}\r\n${bytes}3,CLOSED\r\n`), [
      block(4, '{"a":1}'),
      { kind: 'closed', link: 3 },
    ]);
    const kinds = cut(['\r\n+IPD,4,7:{"a":1}', bytes, '\r\nOK\r\n'].map(latin1), numbered).map(({ kind }) => kind);
    assert.deepStrictEqual([kinds[0], kinds.at(-1), kinds.length], ['block', 'final', 3]);
  });

  it.each(news)('%j is one between asked-for data and OK, whatever the chunks', (text) => {
    const bytes = Buffer.from(`${text}\r\n`).toString('latin1');
    const printed = latin1(`+CIPRECVDATA:9,{"ab":12}${bytes}\r\nOK\r\n`);
    for (let at = 0; at <= printed.length; at++) {
      const frames = cut([printed.subarray(0, at), printed.subarray(at)], { ...numbered, reading: 4, asked: 9 });
      const rest = frames.filter(({ kind }) => kind !== 'unknown' && kind !== 'line').map(joined);
      assert.deepStrictEqual(rest, [{ ...block(4, '{"ab":12}'), pulled: true }, ok]);
    }
  });

  it('is told as what it is', () => {
    assert.deepStrictEqual(framesOf('[Vendor] hello\r\n'), [{ kind: 'unknown', text: '[Vendor] hello' }]);
  });

  it.each(['\x1b[0m4,CLOSED\r\n', '\x1b[0m\r\n4,CLOSED\r\n', 'I (1) a: b\x1b[0m\r\n4,CLOSED\r\n'])(
    'colours harm nothing: %j',
    (printed) => {
      assert.deepStrictEqual(framesOf(printed, numbered).at(-1), { kind: 'closed', link: 4 });
      const behind = framesOf(`\r\n+IPD,4,2:hi${printed}`, numbered);
      assert.deepStrictEqual(
        [behind.find(({ kind }) => kind === 'block'), behind.at(-1)],
        [block(4, 'hi'), { kind: 'closed', link: 4 }],
      );
    },
  );
});

describe('a line that shows a loss', () => {
  it.each([
    ...[
      ',CLOSED',
      'OK,CLOSED',
      'OK,CONNECT',
      'x,CONNECT FAIL',
      '4CLOSED',
      '4,LOSED',
      '4,CLOSE',
      'OSED',
      'ED',
      '4,cLOSED',
      '5,CLOSED',
      '4,CLOSED-',
      'CLOSED',
    ],
    ...['4,CONNEC', ',CONNECT', 'xyz4,CONNECT'],
    ...['IPD,0,5:hello', '+IP,0,5:hello', '+PD,0,5:hello', '+IPD0,5:hello', '+IPD,,5:hello', 'D,0,5:hello', ',5:hello'],
    ...['0,5:hello', '5:hello', ':hello', '+IPD,0,5hello', '+hello', '+ hello', '+IQD,0,5:hello', '+', '+1x'],
    ...['+IPD,0,5,10.0.0.1,8:hello'.slice(1), 'PD,0,5,"10.0.0.1",8:hello', '0,75', ',75', '75', '+IPD,,75'],
    ...[
      'O',
      'K',
      'RROR',
      'eady',
      'END OK',
      'SEND CLOSED',
      'SEND CONNECT',
      'SEND',
      'SEND hello',
      'SEND OKhello',
      'IFI GOT IP',
      'usy p...',
      'ecv 5 bytes',
    ],
    ...['a payload +IPD,4,5:hello', 'a payload4,CLOSED', 'x\x01y', 'bad \xff utf', 'tab\x07', 'x'.repeat(257)],
    ...['T+CIPMUX?', '+CIPMUX?', '"key"\x7f'],
  ])('%j', (text) => {
    const [frame] = framesOf(`\r\n${text}\r\n`, numbered);
    assert.ok(frame && ['fragment', 'noise'].includes(frame.kind), JSON.stringify(frame));
  });

  it.each(['SND OK', 'SEN OK', 'ERRR', 'ERR', 'Recv 5 byts', 'busy p..', 'ERXOR', '4,CLOSD', '0,CLXSED', '4,CONECT'])(
    '%j is a message that lacks bytes inside: the modem is asked, and nothing else is lost',
    (text) => {
      const [frame] = framesOf(`\r\n${text}\r\n`, numbered);
      assert.ok(frame && (frame.kind === 'line' || (frame.kind === 'unknown' && frame.isDoubtful)));
    },
  );

  it.each(['\r\nSND OK\r\n', '\r\nERRR\r\n', '\r\n4,12,SED OK\r\n', '4,CLOSD\r\n', '3,CLXSED\r\n'])(
    '%j, a message that lacks bytes inside, costs the block before it nothing, whatever the chunks and its length',
    (after) => {
      for (const length of [5, 7, 15, 25]) {
        const printed = latin1(`\r\n+IPD,4,${length}:${'x'.repeat(length - 1)}}${after}`);
        for (const chunks of [[printed], [printed.subarray(0, -after.length), printed.subarray(-after.length)]]) {
          const kinds = cut([...chunks, latin1('\r\n+IPD,3,2:hi')], numbered).map(({ kind }) => kind);
          assert.deepStrictEqual(kinds.sort(), ['block', 'block', 'unknown'], `${length}`);
        }
      }
    },
  );

  it('a payload whose header was lost ends in the line end of what follows', () => {
    const kinds = (printed: string) => framesOf(printed, numbered).map(({ kind }) => kind);
    for (const following of ['\r\n+IPD,4,3:def', '\r\n+IPD,4,75\r\n', '\r\nRecv 5 bytes\r\n', '\r\nSEND OK\r\n']) {
      assert.ok(kinds(`\r\nOK\r\nhello${following}`).includes('fragment'), following);
      assert.ok(!kinds(`\r\nOK\r\nhello\r\n${following}`).includes('fragment'), following);
    }
    assert.ok(kinds('\r\nOK\r\nhello4,CLOSED\r\n').includes('fragment'));
  });

  it('more of them than 1024 bytes without a pause are a payload; with pauses they are a log', () => {
    const cutter = new CollectingCutter({ ...numbered, reading: undefined, discards: 0 });
    const push = (times: number) => {
      const kinds: string[] = [];
      for (let time = 0; time < times; time++) {
        for (const { kind } of cutter.push(latin1(`${'x'.repeat(98)}\r\n`))) kinds.push(kind);
      }
      return kinds;
    };
    assert.ok(!push(10).includes('damage'));
    assert.ok(push(1).includes('damage'));
    assert.ok(!push(10).includes('damage'));
    assert.ok(cutter.isUnfinished);
    assert.deepStrictEqual([...cutter.settle()], []);
    assert.ok(!push(10).includes('damage'));
  });

  it('an unknown line always does with unknownLines: damage', () => {
    assert.deepStrictEqual(framesOf('[Vendor] hello\r\n', numbered, 'damage'), [
      { kind: 'fragment', text: '[Vendor] hello' },
    ]);
    const kinds = framesOf('\r\n+IPD,4,2:hi[Vendor] hello\r\n', numbered, 'damage').map(({ kind }) => kind);
    assert.deepStrictEqual(kinds, ['damage', 'noise']);
  });
});

describe('a line that may come from a start', () => {
  it.each([
    '\r\nready\r\n',
    '\xe4\x8c\xf2ready\r\n',
    '2\xfe0x1fc000\xf0ready\r\n',
    '0x1fc000ready\r\n',
    'x\x01ready\r\n',
  ])('%j is one', (printed) => {
    assert.deepStrictEqual(framesOf(printed).at(-1), { kind: 'booted' });
  });

  it.each(['wifi ready', '[Vendor] system ready', 'ble: ready', 'already', 'Ready', 'READY', '2nd boot version : 1.7'])(
    '%j may be one, so the modem is asked',
    (text) => {
      assert.deepStrictEqual(framesOf(`${text}\r\n`), [{ kind: 'unknown', text, isDoubtful: true }]);
    },
  );

  it.each(['+MQTTready', '+VENDOR:ready', 'ready to serve', 'I am ready.'])('%j is not one', (text) => {
    assert.deepStrictEqual(framesOf(`${text}\r\n`), [{ kind: 'unknown', text }]);
  });
});

describe('a block behind which there is text', () => {
  const kinds = (printed: string, expecting: Partial<Expectation> = numbered) =>
    framesOf(printed, expecting).map(({ kind }) => kind);

  it.each([
    ['a digit of its length was lost', '\r\n+IPD,4,2:one: the first line\r\n\r\n+IPD,3,2:hi'],
    ['the same, of several lines', '\r\n+IPD,4,3:one\r\ntwo\r\n, three and four\r\nfive.\r\n\r\n+IPD,3,2:hi'],
    ['a bit of its length was flipped', `\r\n+IPD,4,22:${'x'.repeat(18)} and of it..\r\n4,CLOSED\r\n`],
    [
      'it has swallowed a header, and data',
      '\r\n+IPD,4,30:hello\r\n+IPD,3,99:some text\r\nof it\r\nmore\r\n3,CLOSED\r\n',
    ],
    ['it has swallowed an end, and part of a line', '\r\n+IPD,4,20:hello3,CLOSED\r\nwi and more\r\n3,CLOSED\r\n'],
    ['it has swallowed the beginning of a header', '\r\n+IPD,4,7:hello\r\n+IPD,3,40:one: the first line\r\n'],
  ])('is damaged when %s', (_, printed) => {
    assert.ok(kinds(printed).includes('damage'));
  });

  it('is damaged when the data that were asked for go on behind it', () => {
    const printed = '+CIPRECVDATA:1,hello, world\r\nOK\r\n';
    const frames = framesOf(printed, { ...numbered, reading: 4, asked: 12 });
    assert.deepStrictEqual(
      frames.filter(({ kind }) => kind === 'block' || kind === 'damage'),
      [{ kind: 'damage', link: 4, others: false }],
    );
  });

  it('holds no more of it than of any', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...news, ''), { maxLength: 200 }), fc.nat(8192), (lines, length) => {
        const cutter = new CollectingCutter({ ...numbered, reading: undefined, discards: 0 });
        const printed = `\r\n+IPD,4,${length}:${'y'.repeat(length)}${lines.join('\r\n')}`;
        for (const frame of cutter.push(latin1(printed))) assert.ok(frame);
        assert.ok(cutter.heldBytes <= 8192 + 1024 + 96);
      }),
      { numRuns: 300 },
    );
  });
});
