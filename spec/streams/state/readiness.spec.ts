import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { type Readiness, sameReadiness } from '../../../src/streams';

const idle: Readiness = { readable: false, writable: false, hangup: false, error: false };

describe('sameReadiness', () => {
  it('is true of two states that say the same', () => {
    assert.equal(sameReadiness(idle, { ...idle }), true);
  });

  it.each(['readable', 'writable', 'hangup', 'error'] as const)('sees a change of %s', (what) => {
    assert.equal(sameReadiness(idle, { ...idle, [what]: true }), false);
  });
});
