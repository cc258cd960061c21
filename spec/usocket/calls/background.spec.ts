import { describe, expect, it } from '@jest/globals';
import { throwError } from 'rxjs';

import { type ErrorCode, OSError } from '../../../src/usocket';
import { Background } from '../../../src/usocket/calls/background';

describe('the background of a socket', () => {
  it('throws the first failure, which the others follow from, and forgets it', () => {
    const background = new Background();
    const fail = (code: ErrorCode) => {
      background.run(throwError(() => new OSError(code, 'write', code)));
    };
    fail('ECONNRESET');
    fail('EPIPE');
    expect(() => background.throwFailure()).toThrow(expect.objectContaining({ code: 'ECONNRESET' }));
    expect(() => background.throwFailure()).not.toThrow();
    fail('EPIPE');
    expect(() => background.throwFailure()).toThrow(expect.objectContaining({ code: 'EPIPE' }));
    background.end();
  });
});
