import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';

import { catalogueOf, common } from '../../../src/esp8285/commands/catalogue';
import { command, type Text } from '../../../src/esp8285/commands/command';
import { dialectOf } from '../../../src/esp8285/commands/dialect';
import { OSError } from '../../../src/usocket/contract/osError';

const text = (value: string, more: Partial<Text> = {}): Text => ({
  text: value,
  what: 'SSID',
  syscall: 'connect',
  maxBytes: 64,
  ...more,
});

/** The values of a command line, read as the firmware reads them: `\` makes the next character an ordinary one. */
function valuesOf(line: string): string[] {
  const [, list = ''] = /^AT\+X=(.*)$/s.exec(line) ?? [];
  const values: string[] = [];
  let value = '';
  let isQuoted = false;
  for (let at = 0; at < list.length; at++) {
    const char = list.charAt(at);
    if (char === '\\') value += list.charAt(++at);
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === ',' && !isQuoted) {
      values.push(value);
      value = '';
    } else value += char;
  }
  assert.ok(!isQuoted, 'unbalanced quotes');
  return [...values, value];
}

function refusal(build: () => unknown): OSError {
  try {
    build();
  } catch (error) {
    if (error instanceof OSError) return error;
  }
  throw new Error('expected an OSError');
}

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', ',', '\r', '\n', '\0', '=', '+', 'A', 'T', ' ', 'ä', '東', '🙂'),
    fc.string({ maxLength: 1 }),
  ),
  maxLength: 40,
});

describe('command', () => {
  it('builds a line of numbers and quoted texts', () => {
    assert.deepStrictEqual(command('AT+CIPMUX', 1), { line: 'AT+CIPMUX=1', shown: 'AT+CIPMUX=1' });
    assert.strictEqual(command('AT+X', 4, text('TCP'), 80).line, 'AT+X=4,"TCP",80');
    assert.strictEqual(command('AT+GMR').line, 'AT+GMR');
  });

  it('S10 escapes commas, quotes and backslashes', () => {
    assert.strictEqual(
      catalogueOf(dialectOf(['AT version:2.2.2.0'])).join('my,net', 'pa"ss\\w').line,
      'AT+CWJAP="my\\,net","pa\\"ss\\\\w"',
    );
    assert.strictEqual(
      catalogueOf(dialectOf(['AT version:1.7.4.0'])).join('my,net', 'pa"ss\\w').line,
      'AT+CWJAP_CUR="my\\,net","pa\\"ss\\\\w"',
    );
  });

  it('lets no text out of its quotes, into another value or into another line', () => {
    fc.assert(
      fc.property(nasty, nasty, (one, other) => {
        const isSendable = [one, other].every((value) => !/[\r\n\0]/.test(value) && Buffer.byteLength(value) <= 64);
        if (!isSendable) {
          assert.strictEqual(refusal(() => command('AT+X', text(one), text(other))).code, 'EINVAL');
          return;
        }
        const { line } = command('AT+X', text(one), text(other));
        assert.ok(!/[\r\n\0]/.test(line));
        assert.deepStrictEqual(valuesOf(line), [one, other]);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['a\rb', 'a\nb', 'a\0b', '\r\nAT+RST\r\n', 'x'.repeat(65), '東'.repeat(22), 'a\ud800b'])(
    'refuses %j',
    (value) => {
      const error = refusal(() => command('AT+X', text(value)));
      assert.deepStrictEqual([error.code, error.syscall], ['EINVAL', 'connect']);
    },
  );

  it('counts bytes, not characters', () => {
    assert.strictEqual(command('AT+X', text('東'.repeat(21))).line, `AT+X="${'東'.repeat(21)}"`);
  });

  it('refuses what makes a line of more than 256 bytes, escapes and line end included', () => {
    const longest = (length: number) => command('AT+X', text(','.repeat(length), { maxBytes: 200 })).line;
    assert.strictEqual(longest(123).length + 2, 255);
    assert.strictEqual(refusal(() => longest(124)).code, 'EINVAL');
  });

  it('shows no secret, nor anything of it in a refusal', () => {
    const key = text('hunter2, the "key"', { what: 'key', secret: true });
    assert.strictEqual(command('AT+X', text('net'), key).shown, 'AT+X="net","…"');
    for (const value of ['hunter2\r', `hunter2${'x'.repeat(64)}`]) {
      const { message } = refusal(() => command('AT+X', { ...key, text: value }));
      assert.ok(!message.includes('hunter2') && message.includes('key'), message);
    }
  });

  it.each([
    ['an SSID of 33 bytes', () => catalogueOf(dialectOf([])).join('x'.repeat(33), ''), 'connect'],
    ['a key of 65 bytes', () => catalogueOf(dialectOf([])).join('net', 'x'.repeat(65)), 'connect'],
    ['a host name of 65 bytes', () => common.resolve('x'.repeat(65)), 'getaddrinfo'],
    ['a host name with a line end', () => common.resolve('a.example\r\nAT+RST'), 'getaddrinfo'],
  ])('refuses %s', (_, build, syscall) => {
    const error = refusal(build);
    assert.deepStrictEqual([error.code, error.syscall], ['EINVAL', syscall]);
  });

  it('takes the longest SSID and key, all of it escaped', () => {
    const { line } = catalogueOf(dialectOf(['AT version:1.7.4.0'])).join('"'.repeat(32), '\\'.repeat(64));
    assert.ok(line.length + 2 <= 256);
  });

  it('asks for a keep-alive only when one is wanted', () => {
    assert.strictEqual(common.startStream(4, '10.0.0.1', 80, 0).line, 'AT+CIPSTART=4,"TCP","10.0.0.1",80');
    assert.strictEqual(common.startStream(4, '10.0.0.1', 80, 60).line, 'AT+CIPSTART=4,"TCP","10.0.0.1",80,60');
  });
});
