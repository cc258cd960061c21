import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { ignoreElements, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

import { parseCommandLine } from '../../../src/emulator/firmware/commandLine';
import type { ESP8285 } from '../../../src/esp8285';
import { OSError } from '../../../src/usocket/contract/osError';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import { stage } from '../../../harness/modems/stage';

/** A call with a text of a user's, and the command that it is to become. */
interface Call {
  readonly what: string;
  readonly make: (nic: ESP8285, text: string) => Observable<unknown>;
  readonly name: RegExp;
  /** Bytes that the text may have. */
  readonly bytes: readonly [least: number, most: number];
}

const key = 'a-good-key';
const harmless = 'harmless';

const calls: readonly Call[] = [
  { what: 'the SSID', make: (nic, text) => nic.connect$(text, key), name: /^\+CWJAP/, bytes: [1, 32] },
  { what: 'the key', make: (nic, text) => nic.connect$('net', text), name: /^\+CWJAP/, bytes: [0, 64] },
  { what: "the own network's SSID", make: (nic, text) => nic.enable_ap$(text, key), name: /^\+CWSAP/, bytes: [1, 32] },
  { what: "the own network's key", make: (nic, text) => nic.enable_ap$('net', text), name: /^\+CWSAP/, bytes: [8, 64] },
  { what: 'a name to look up', make: (nic, text) => nic.resolve(text), name: /^\+CIPDOMAIN/, bytes: [0, 64] },
  { what: 'a host to ping', make: (nic, text) => nic.ping$(text), name: /^\+PING/, bytes: [0, 64] },
  {
    what: 'an address to connect to',
    make: (nic, text) => nic.openStream({ address: text, port: 80 }),
    name: /^\+CIPSTART/,
    bytes: [0, 64],
  },
  { what: 'the host name', make: (nic, text) => nic.hostname$(text), name: /^\+CWHOSTNAME/, bytes: [1, 32] },
  {
    what: 'a time server',
    make: (nic, text) => nic.time$({ servers: [text], timeout: 0.1 }),
    name: /^\+CIPSNTPCFG/,
    bytes: [1, 64],
  },
];

/** Texts that are likely to break out, and the shortest of what they are made of. */
const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', '\\', ',', '\r', '\n', '\0', '=', '?', '+', 'AT', ' ', 'a', 'ä', '東', '🙂', '\ud800'),
    maxLength: 40,
  }),
  fc.string({ unit: fc.constantFrom('"', '\\', ',', 'a', '1'), minLength: 8, maxLength: 32 }),
  fc.string({ unit: 'binary', maxLength: 70 }),
  fc.constantFrom(
    'net"\r\nAT+RST',
    'net",""\r\nAT+CWSAP="open","",1,0',
    'net\\',
    'net\\"',
    'net\\\\"\nAT+RST\n',
    '","","",1',
    '"\rAT+RESTORE\r',
    '+++',
  ),
);

describe.each([
  ['AT 1.7.4', nonos174, false],
  ['ESP-AT 2.2.2', espAt222, true],
])('nothing that a user gives becomes a second command, %s', (_, firmware, anyEscape) => {
  /** What the modem hears, and the code of what becomes of the call. */
  function hear(make: (nic: ESP8285) => Observable<unknown>) {
    const scheduler = new TestScheduler(assert.deepStrictEqual);
    const codes: string[] = [];
    const { nic, modem } = stage(scheduler, {
      firmware,
      script: [
        [/^AT\+CWMODE/, '\r\nOK\r\n'],
        [/^AT\+(?:CWJAP|CWSAP|CIPDOMAIN|PING|CIPSTART|CWHOSTNAME|CIPSNTPCFG|CIPSTA_CUR|CIPSTA=|CIPDNS)/, '\r\nOK\r\n'],
      ],
    });
    const error = (reason: unknown) => codes.push(reason instanceof OSError ? reason.code : String(reason));
    make(nic).pipe(ignoreElements()).subscribe({ error });
    scheduler.flush();
    return { heard: modem.heard, codes };
  }

  /** All that was given in quotes. */
  function textsOf(line: string, name: RegExp): string[] {
    assert.ok(!/[\r\n\0]/.test(line), line);
    const command = parseCommandLine(line, anyEscape);
    assert.match(command.name, name);
    assert.strictEqual(command.form, 'set');
    return command.args.flatMap((arg) => (arg?.quoted === true ? [arg.text] : []));
  }

  it.each(calls)('$what', ({ make, name, bytes: [least, most] }) => {
    const template = hear((nic) => make(nic, harmless));
    const place = template.heard.findIndex((line) => name.test(line.slice(2)));
    const texts = textsOf(template.heard[place] ?? '', name);
    const hole = texts.indexOf(harmless);
    assert.ok(hole >= 0);

    fc.assert(
      fc.property(hostile, (text) => {
        const { heard, codes } = hear((nic) => make(nic, text));
        const length = Buffer.byteLength(text);
        if (/[\r\n\0]|\p{Surrogate}/u.test(text) || length < least || length > most) {
          assert.deepStrictEqual([heard, codes], [[], ['EINVAL']]);
          return;
        }
        const expected = texts.map((given, index) => (index === hole ? Buffer.from(text).toString('latin1') : given));
        assert.deepStrictEqual(textsOf(heard[place] ?? '', name), expected);
        // What comes besides, before it or after, has none of the text, whatever it is.
        const others = (lines: readonly string[]) => lines.filter((_line, index) => index !== place);
        assert.deepStrictEqual(others(heard), others(template.heard));
      }),
      { numRuns: 100 },
    );
  });

  it('addresses', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 0, max: 3 }), (text, place) => {
        const config = ['10.0.0.7', '255.0.0.0', '10.0.0.1', '10.0.0.2'];
        config[place] = text;
        const [ip = '', netmask = '', gateway = '', dns = ''] = config;
        const { heard, codes } = hear((nic) => nic.ifconfig$([ip, netmask, gateway, dns]));
        // No name server is one that need not be set.
        if (place === 3 && text === '') assert.strictEqual(heard.length, 1);
        else assert.deepStrictEqual([heard, codes], [[], ['EINVAL']]);
      }),
    );
  });
});
