import { describe, expect, it } from '@jest/globals';

import { wrapped } from '../../../src/cli/console/helpText';

describe('a text for people', () => {
  it('has its paragraphs wrapped anew, wherever their lines ended', () => {
    const text = '\nThe modem has\none line.\n\nA second paragraph.\n';
    expect(wrapped(text, 40)).toBe('\nThe modem has one line.\n\nA second paragraph.\n');
    expect(wrapped(text, 20)).toBe('\nThe modem has one\nline.\n\nA second paragraph.\n');
  });

  it('has the last column of a list wrapped under itself', () => {
    const text = 'The kinds:\n  busy    every command is answered by busy\n  a-long-kind-without-room\n';
    expect(wrapped(text, 30)).toBe(
      'The kinds:\n  busy    every command is\n          answered by busy\n  a-long-kind-without-room\n',
    );
  });

  it('keeps examples on one line', () => {
    const examples = [
      '  rx-usocket info --port emulator: --ssid my-ssid',
      '  rx-usocket scan --port emulator: --watch    # again and again',
      '  curl --proxy socks5h://127.0.0.1:1080 https://host.example/',
    ].join('\n');
    expect(wrapped(`Examples:\n${examples}\n`, 30)).toBe(`Examples:\n${examples}\n`);
  });

  it('is not wrapped where there is no room', () => {
    const text = '  a-name-of-some-length    what it is for\n';
    expect(wrapped(text, 35)).toBe(text);
  });

  it('keeps a word that is longer than a line', () => {
    expect(wrapped('See https://a-long-name.example/path for more of it.\n', 20)).toBe(
      'See\nhttps://a-long-name.example/path\nfor more of it.\n',
    );
  });
});
