import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { atCaller, hideOperators } from '../../../src/usocket/contract/callerStack';
import { OSError } from '../../../src/usocket/contract/osError';

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

describe('in a program whose stacks are no texts', () => {
  const usual: unknown = Reflect.get(Error, 'prepareStackTrace');
  beforeEach(() => {
    Error.prepareStackTrace = (_, sites) => sites;
  });
  afterEach(() => {
    Reflect.set(Error, 'prepareStackTrace', usual);
  });

  it('atCaller throws the error itself', () => {
    const failing = () => atCaller(() => raise(new OSError('EINVAL', 'socket', 'socket: broken')));
    expect(failing).toThrow(expect.objectContaining({ code: 'EINVAL', stack: 'OSError: socket: broken' }));
  });

  it('hideOperators changes nothing', () => {
    const cause = new Error('broken');
    expect(hideOperators(new Error('failed', { cause })).cause).toBe(cause);
  });
});

function raise(error: Error): never {
  throw error;
}
