import { describe, expect, it } from '@jest/globals';
import { throwError } from 'rxjs';

import { type ErrorCode, OSError } from '../../../src/usocket';
import { Unattended } from '../../../src/usocket/calls/unattended';

describe('what non-blocking calls have begun', () => {
  it('tells the first failure, which those behind it follow from, and forgets it', () => {
    const unattended = new Unattended();
    const fail = (code: ErrorCode) => {
      unattended.run(throwError(() => new OSError(code, 'write', code)));
    };
    fail('ECONNRESET');
    fail('EPIPE');
    expect(unattended.takeFailure()).toMatchObject({ code: 'ECONNRESET' });
    expect(unattended.takeFailure()).toBeUndefined();
    fail('EPIPE');
    expect(unattended.takeFailure()).toMatchObject({ code: 'EPIPE' });
    unattended.end();
  });
});
