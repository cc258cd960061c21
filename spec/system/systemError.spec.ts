import { describe, expect, it } from '@jest/globals';

import { systemError } from '../../src/system/systemError';

const failure = (code?: string): Error =>
  Object.assign(new Error('the words of Node.js'), code === undefined ? {} : { code });

describe('systemError', () => {
  it('says what was asked, what it means and what to try, and what the answer was', () => {
    const cause = failure('ECONNREFUSED');
    const error = systemError('connect to 192.168.1.9:80', 'connect', cause);
    expect(error).toMatchObject({ code: 'ECONNREFUSED', errno: 111, syscall: 'connect', cause });
    expect(error.message).toBe(
      'connect to 192.168.1.9:80: nobody listens there; check that the server runs and that the port is right ' +
        '(the operating system answered ECONNREFUSED)',
    );
  });

  it.each([
    ['ENOTFOUND', 'getaddrinfo', 'EAI_NONAME'],
    ['EAI_MEMORY', 'getaddrinfo', 'EAI_FAIL'],
    ['ENFILE', 'connect', 'EMFILE'],
    ['ERR_ACCESS_DENIED', 'connect', 'EACCES'],
    ['ERR_STREAM_DESTROYED', 'send', 'EPIPE'],
    ['EXDEV', 'connect', 'EIO'],
    [undefined, 'recv', 'EIO'],
  ])('makes %s of %s %s', (code, syscall, expected) => {
    expect(systemError('ask', syscall, failure(code))).toMatchObject({ code: expected, syscall });
  });

  it('has the words of Node.js where it has no advice', () => {
    expect(systemError('ask', 'connect', failure('EXDEV')).message).toBe(
      'ask: the words of Node.js (the operating system answered EXDEV)',
    );
  });

  it('can have a code of its own, and still gives the advice for the cause', () => {
    const error = systemError('the line', 'read', failure('ECONNRESET'), 'ENODEV');
    expect(error).toMatchObject({ code: 'ENODEV', errno: 19 });
    expect(error.message).toContain('the peer broke the connection off');
    expect(error.message).toContain('ECONNRESET');
  });
});
