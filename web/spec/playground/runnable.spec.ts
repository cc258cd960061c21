import { describe, expect, it } from '@jest/globals';

import { programBegun } from '../../src/playground/run/insertedNames';
import { runnable } from '../../src/playground/run/runnable';

describe('what the page runs of a program', () => {
  it('says when it begins, in its first line', () => {
    expect(runnable('import "a";\nlet b: string;')).toBe(`${programBegun}();import "a";\nlet b;`);
  });

  it('keeps the line that names an interpreter the first one', () => {
    expect(runnable('#!/usr/bin/env node\na();')).toBe(`#!/usr/bin/env node\n${programBegun}();a();`);
  });
});
