import { describe, expect, it } from '@jest/globals';

import { parseOrigin } from '../../../src/cli/options/places';

describe('the origin of pages', () => {
  it.each([
    ['https://pages.example', 'https://pages.example'],
    ['HTTPS://Pages.example:443/folder/?query', 'https://pages.example'],
    ['http://192.168.1.9:8080/', 'http://192.168.1.9:8080'],
    ['chrome-extension://abcdefgh', 'chrome-extension://abcdefgh'],
    ['null', 'null'],
  ])('%s is %s, as browsers send it', (text, origin) => {
    expect(parseOrigin(text)).toBe(origin);
  });

  it.each(['', 'pages.example', 'pages.example:80', 'file:///index.html', 'https://'])('is not %j', (text) => {
    expect(() => parseOrigin(text)).toThrow('Try https://pages.example.');
  });
});
