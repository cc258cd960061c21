import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { concat, concatMap, tap, VirtualTimeScheduler } from 'rxjs';

import { type FirmwareVersion, firmwareVersions } from '../../../src/emulator';
import type { TraceEvent } from '../../../src/esp8285';
import { command } from '../../../src/esp8285/commands/command';
import { foundNetworkOf } from '../../../src/esp8285/wifi/scan';
import { recordUart, virtualModem } from '../../../src/testing';
import { espAt222, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, stage, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

/** Names of networks that are not UTF-8, and some that are. */
const names: readonly (readonly [string, Buffer])[] = [
  ['GB2312', Buffer.from([0xce, 0xd2, 0xb5, 0xc4])],
  ['GBK, with a backslash as a second byte', Buffer.from([0x81, 0x5c, 0xce, 0xd2])],
  ['Shift-JIS', Buffer.from([0x83, 0x5c, 0x83, 0x22])],
  ['Latin-1', Buffer.from('Caf\xe9 "upstairs", left', 'latin1')],
  ['half of a character of UTF-8', Buffer.from('Caf\xc3', 'latin1')],
  ['bytes of no encoding', Buffer.from([0xff, 0xfe, 0x01, 0x80, 0x7f, 0xf5])],
  ['32 bytes', Buffer.alloc(32, 0xb5)],
  ['UTF-8', Buffer.from('Café, "oben" \\ links')],
];

const key = Buffer.from([0xc3, 0xdc, 0xc2, 0xeb, 0x22, 0x5c, 0x2c, 0xff, 0x80, 0x81]);

function fail(error: unknown): never {
  throw new Error('expected no failure', { cause: error });
}

function scene(firmware: FirmwareVersion, ssid: Buffer) {
  const scheduler = new VirtualTimeScheduler();
  const recording: string[] = [];
  const trace: TraceEvent[] = [];
  const modem = virtualModem({
    scheduler,
    firmware,
    accessPoints: [
      { ssid: 'another', key: 'another-key' },
      { ssid, key },
    ],
    line: (uart) => recordUart(uart, { scheduler, sink: (line) => recording.push(line) }),
  });
  modem.nic.trace$.subscribe((event) => trace.push(event));
  return { ...modem, scheduler, recording, trace };
}

describe.each(firmwareVersions)('a network whose name is bytes, AT %s', (firmware) => {
  it.each(names)('is scanned and joined: %s', (_, ssid) => {
    const { nic, scheduler, recording, trace } = scene(firmware, ssid);
    let found: readonly { readonly ssidBytes: Buffer }[] = [];
    let joined: string | undefined;
    const scanned$ = nic.scan$().pipe(tap((networks) => (found = networks)));
    const scanAndJoin$ = scanned$.pipe(
      concatMap(() => nic.connect$(found.find(({ ssidBytes }) => ssidBytes.equals(ssid))?.ssidBytes ?? '', key)),
      concatMap(() => nic.ifconfig$()),
    );
    concat(nic.start$(), scanAndJoin$).subscribe({
      next: (told) => {
        if (told) joined = told[6];
      },
      error: fail,
    });
    scheduler.flush();
    assert.strictEqual(joined, ssid.toString());
    assert.ok(nic.isconnected());

    // Three bytes of the key in a row would give it away, whatever notation they are in.
    const shown = [recording.join(''), inspect(trace, { depth: 4, maxArrayLength: null }), inspect(nic, { depth: 5 })];
    const telling = [key.subarray(0, 3), key.subarray(7)].flatMap((part) => [
      part.toString('latin1'),
      [...part].map((byte) => `\\x${byte.toString(16)}`).join(''),
    ]);
    for (const text of shown) for (const part of telling) assert.ok(!text.includes(part), part);
    assert.ok(recording.some((line) => line.includes(`"${'*'.repeat(key.length + 3)}"`)));
  });

  it("may be bytes for the modem's own network, too", () => {
    const { nic, scheduler, emulator } = scene(firmware, Buffer.from([0xce, 0xd2]));
    let isMade = false;
    const own = Buffer.from([0xce, 0xd2, 0x2c, 0x5c, 0x22]);
    concat(nic.start$(), nic.enable_ap$(own, key))
      .pipe(tap({ complete: () => (isMade = true) }))
      .subscribe({ error: fail });
    scheduler.flush();
    assert.ok(isMade);
    let said = '';
    emulator.uart.rx$.subscribe((bytes) => (said += Buffer.from(bytes).toString('latin1')));
    emulator.uart.write(Buffer.from(`AT+CWSAP${firmware === '2.2.2' ? '' : '_CUR'}?\r\n`)).subscribe();
    scheduler.flush();
    assert.ok(said.includes(`:"${own.toString('latin1')}","${key.toString('latin1')}",`), said);
  });
});

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('bytes for a name or a key, %s', (_, firmware) => {
  it.each([
    ['CR in the name', Buffer.from('a\rb'), 'key-key-key'],
    ['NUL in the name', Buffer.from([0xce, 0]), 'key-key-key'],
    ['LF in the key', 'net', Buffer.from('a\nAT+RST')],
    ['33 bytes of name', Buffer.alloc(33, 0xce), 'key-key-key'],
    ['65 bytes of key', 'net', Buffer.alloc(65, 0xce)],
    ['a name that makes too long a line', Buffer.alloc(32, '"'), Buffer.alloc(64, ',').fill('\\', 20)],
  ])('are refused with %s: EINVAL, or sent whole', (__, ssid, given) => {
    marbles(({ flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware });
      let failure: unknown;
      nic
        .connect$(ssid, given)
        .pipe(code())
        .subscribe({ error: (error: unknown) => (failure = error) });
      flush();
      assert.ok(failure === 'EINVAL' ? modem.heard.length === 0 : modem.heard[0]?.startsWith('AT+CWJAP'));
    })();
  });

  it(
    'are shown in errors as they are, and the key is not',
    marbles((__, scheduler) => {
      const { nic } = stage(scheduler, { firmware, script: [[/^AT\+CWJAP/, '+CWJAP:3\r\n\r\nFAIL\r\n']] });
      let failure: unknown;
      nic.connect$(Buffer.from([0xce, 0xd2]), key).subscribe({ error: (error: unknown) => (failure = error) });
      assert.match(String(failure), /the network "\\xce\\xd2" was not found/);
      assert.ok(!/\\xc3|\\xdc/.test(inspect(failure, { depth: 5 })));
    }),
  );

  it(
    'may be null for no key, as in MicroPython',
    marbles(({ flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: [[/^AT\+CWJAP/, '\r\nOK\r\n']] });
      nic.connect$('open', null).subscribe({ error: fail });
      nic.connect$('open', undefined).subscribe({ error: fail });
      flush();
      assert.deepStrictEqual(
        modem.heard.map((line) => line.replace(/^.*=/, '')),
        ['"open",""', '"open",""'],
      );
    }),
  );
});

describe('a scan that finds names that are not UTF-8', () => {
  it(
    'is no damage to a connection whose data are pushed',
    marbles(({ cold, expectObservable }, scheduler) => {
      const networks = names.map(([, ssid]) => `+CWLAP:(3,"${ssid.toString('latin1')}",-40,"aa:bb:cc:dd:ee:ff",6)\r\n`);
      const { nic, link4 } = connected(scheduler, {
        firmware: nonos15,
        script: [['AT+CWLAP', 10, networks.join(''), '\r\nOK\r\n']],
        unasked$: cold('5s a', { a: '\r\n+IPD,4,4:data' }),
      });
      nic.scan$().subscribe();
      expectObservable(link4.recv$(4).pipe(text(), code())).toBe('5s (a|)', { a: 'data' });
    }),
  );
});

describe('command', () => {
  it('takes bytes that are UTF-8 as text', () => {
    const text = { what: 'SSID', syscall: 'connect', maxBytes: 32 };
    assert.deepStrictEqual(
      command('AT+X', { ...text, text: Buffer.from('Café, oben') }),
      command('AT+X', { ...text, text: 'Café, oben' }),
    );
  });
});

/** Lines of `AT+CWLAP` as users of these firmwares have logged them; names changed. */
const logged: readonly (readonly [string, string, Partial<Record<string, unknown>>])[] = [
  ['AT 0.9', '(3,"net",-40)', { encryption: 3, ssid: 'net', rssi: -40, bssid: undefined }],
  ['AT 0.2x', '(3,"net",-40,"aa:bb:cc:dd:ee:ff",1)', { encryption: 3, ssid: 'net', rssi: -40, channel: 1 }],
  ['AT 1.x', '(4,"net",-71,"aa:bb:cc:dd:ee:ff",1,-7,0)', { encryption: 4, bssid: 'aa:bb:cc:dd:ee:ff', channel: 1 }],
  ['AT 1.7', '(3,"net",-40,"AA:BB:CC:DD:EE:FF",11,-7,0,5,3,7,0)', { bssid: 'aa:bb:cc:dd:ee:ff', channel: 11 }],
  ['ESP-AT on ESP32', '(3,"net",-40,"aa:bb:cc:dd:ee:ff",1,-1,-1,4,4,7,0)', { ssid: 'net', channel: 1 }],
  ['without parentheses', '3,"net",-40,"aa:bb:cc:dd:ee:ff",6', { ssid: 'net', channel: 6 }],
  ['a blank behind the colon', ' (3,"net",-40,"aa:bb:cc:dd:ee:ff",6)', { ssid: 'net', channel: 6 }],
  ['blanks behind commas', '(3, "net", -40, "aa:bb:cc:dd:ee:ff", 6)', { ssid: 'net', rssi: -40, channel: 6 }],
  ['CWLAPOPT: no signal', '(3,"net","aa:bb:cc:dd:ee:ff",6)', { ssid: 'net', bssid: 'aa:bb:cc:dd:ee:ff', channel: 6 }],
  ['CWLAPOPT: the name alone', '("net")', { ssid: 'net', rssi: undefined, encryption: undefined }],
  ['CWLAPOPT: name and signal', '("net",-40)', { ssid: 'net', rssi: -40 }],
  ['no name', '(0,"",-88,"aa:bb:cc:dd:ee:ff",6)', { ssid: '', encryption: 0 }],
  [
    'quotes and commas',
    '(3,"1\\1"1,2\\\\2""2,,",-40,"aa:bb:cc:dd:ee:ff",9)',
    { ssid: '1\\1"1,2\\\\2""2,,', rssi: -40 },
  ],
  [
    'a name that looks like fields',
    '(3,"x",-1,"aa:bb:cc:dd:ee:00",1,",-40,"aa:bb:cc:dd:ee:ff",9)',
    { ssid: 'x",-1,"aa:bb:cc:dd:ee:00",1,', rssi: -40 },
  ],
  ['a parenthesis at the end of the name', '(3,"net)",-40,"aa:bb:cc:dd:ee:ff",9)', { ssid: 'net)' }],
  ['a build that escapes', '(3,"my\\,net \\"a\\" \\\\",-40,"aa:bb:cc:dd:ee:ff",9)', { ssid: 'my,net "a" \\' }],
];

describe('a line of a scan', () => {
  it.each(logged)('is understood by its shape: %s', (_, line, expected) => {
    const found = foundNetworkOf(Buffer.from(`+CWLAP:${line}`));
    expect(found).toMatchObject(expected);
    expect(String(found)).toBe(line.trim().replace(/^\(|\)$/g, ''));
  });

  it.each(['+CWLAP:', '+CWLAP:()', '+CWLAP:(3,net,-40)', '+CWMODE:1', ''])(
    'is rejected if it cannot be parsed: %j',
    (line) => {
      expect(foundNetworkOf(Buffer.from(line))).toBeUndefined();
    },
  );

  it(
    'that cannot be understood is in the error, unless other lines can be understood',
    marbles((_, scheduler) => {
      const script = [
        ['AT+CWLAP', '+CWLAP:net;-40\r\n\r\nOK\r\n'],
        ['AT+CWLAP', '+CWLAP:net;-40\r\n+CWLAP:(3,"net",-40)\r\n\r\nOK\r\n'],
        ['AT+CWLAP', '\r\nOK\r\n'],
      ] as const;
      const { nic } = stage(scheduler, { firmware: nonos174, script });
      const told: unknown[] = [];
      const tell = {
        next: (networks: readonly unknown[]) => void told.push(networks.map(String)),
        error: (error: unknown) => void told.push(String(error)),
      };
      for (let time = 0; time < 3; time++) nic.scan$().subscribe(tell);
      assert.match(String(told[0]), /scan: AT\+CWLAP was answered \+CWLAP:net;-40/);
      assert.deepStrictEqual(told.slice(1), [['3,"net",-40'], []]);
    }),
  );
});
