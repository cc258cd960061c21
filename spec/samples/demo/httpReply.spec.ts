import { describe, expect, it } from '@jest/globals';

import { HttpReply } from '../../../samples/demo/httpReply';

function reply(text: string, size = text.length): HttpReply {
  const made = new HttpReply();
  for (let at = 0; at < text.length; at += size) made.push(Buffer.from(text.slice(at, at + size)));
  return made;
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n';

describe('a reply of HTTP/1.0', () => {
  it.each([1, 2, 3, 5, 100])('comes whole in chunks of %i', (size) => {
    const made = reply(`${ok}\r\n\r\nab`, size);
    expect(made.size).toBe(ok.length + 6);
    expect(String(made.body)).toBe('\r\n\r\nab');
  });

  it('may have no length', () => {
    const made = reply('HTTP/1.0 200 OK\r\n\r\nabc');
    expect(made.size).toBeUndefined();
    expect(String(made.body)).toBe('abc');
  });

  it.each([
    ['a refusal', 'HTTP/1.1 404 Not Found\r\n\r\n', 'the server says: HTTP/1.1 404 Not Found'],
    ['a body that is too short', `${ok}abc`, `ends after ${ok.length + 3} of ${ok.length + 6} bytes`],
    ['a header without an end', 'HTTP/1.0 200 OK\r\n', 'ends after 17 bytes, in its header'],
    ['nothing', '', 'ends after 0 bytes, in its header'],
  ])('fails for %s', (_, text, message) => {
    expect(() => reply(text).body).toThrow(message);
  });
});
