import { describe, expect, it } from '@jest/globals';

import { hideOperators } from '../../../src/usocket/contract/callerStack';

const ofProgram = '    at thermometer (/home/me/rxjs/thermometer.js:3:7)';
const ofWindows = '    at thermometer (C:\\me\\rxjs\\thermometer.js:3:7)';
const ofOperators = [
  '    at OperatorSubscriber._next (/home/me/rxjs/node_modules/rxjs/dist/cjs/internal/operators/map.js:10:4)',
  '    at async C:\\me\\node_modules\\rxjs\\dist\\cjs\\internal\\Observable.js:41:2',
  '    at node_modules/.pnpm/rxjs@7.8.2/node_modules/rxjs/dist/esm/internal/Subscriber.js:50:18',
];

function errorWith(frames: readonly string[], cause?: unknown): Error {
  const error = new Error('broken', { cause });
  error.stack = ['Error: broken', ...frames].join('\n');
  return error;
}

describe('hideOperators', () => {
  it('removes the frames of RxJS, and none of a program in a folder of that name', () => {
    const error = hideOperators(errorWith([...ofOperators, ofProgram, ofWindows]));
    expect(error.stack).toBe(['Error: broken', ofProgram, ofWindows].join('\n'));
  });

  it('does so in the causes, too, also in those that lead to each other', () => {
    const cause = errorWith([ofProgram, ...ofOperators]);
    const error = errorWith([ofProgram], cause);
    cause.cause = error;
    hideOperators(error);
    expect(cause.stack).toBe(['Error: broken', ofProgram].join('\n'));
  });
});
