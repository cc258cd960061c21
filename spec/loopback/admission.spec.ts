import type { IncomingMessage } from 'node:http';

import { describe, expect, it } from '@jest/globals';

import { Admission, hostRefusal } from '../../src/loopback/admission';

const request = (url: string, headers: IncomingMessage['headers'] = {}) => ({ url, headers });

describe('the admission of pages', () => {
  const admission = new Admission(['https://pages.example'], (origin) => `name ${origin}`);
  const url = `/?token=${admission.token}`;

  it.each(['http://localhost:5173', 'http://127.0.0.1:80', 'http://[::1]:8080', 'https://pages.example', undefined])(
    'lets in who has the token, from %s',
    (origin) => {
      expect(admission.refusal(request(url, origin === undefined ? {} : { origin }))).toBeUndefined();
    },
  );

  it.each(['https://other.example', 'null', 'http://localhost.example', 'http://127.0.0.1.example'])(
    'refuses pages of %s, and says what to do',
    (origin) => {
      const why = `pages of ${origin} are not allowed; name ${origin}`;
      expect(admission.refusal(request(url, { origin }))).toBe(why);
    },
  );

  it.each(['/', '//', '/?token=', '/?token=guessed', `${url}x`, url.slice(0, -1)])('refuses %s', (other) => {
    expect(admission.refusal(request(other))).toBe('the token is missing or wrong');
  });

  it('has a token of its own each time', () => {
    expect(new Admission().refusal(request(url))).toBe('the token is missing or wrong');
  });
});

describe('the names of this machine', () => {
  it.each(['127.0.0.1:8080', 'localhost', 'LOCALHOST:1', '[::1]:8080'])('include %s', (host) => {
    expect(hostRefusal(request('/', { host }))).toBeUndefined();
  });

  it.each(['rebound.example:8080', '127.0.0.1.example', '192.168.1.9', 'me@localhost', ''])(
    'do not include "%s"',
    (host) => {
      expect(hostRefusal(request('/', { host }))).toContain(`not "${host}"`);
    },
  );
});
