import { PassThrough } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { endOnOutputFailure } from '../../../src/cli/console/outputFailure';

function failing() {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const codes: number[] = [];
  endOnOutputFailure({ output, errors }, (exitCode) => codes.push(exitCode));
  const fail = (stream: PassThrough, code: string): boolean =>
    stream.emit('error', Object.assign(new Error(`${code}: write`), { code }));
  const said = (): string => String(errors.read() ?? '');
  return { output, errors, codes, fail, said };
}

describe('output that cannot be written', () => {
  it('ends the command silently, as SIGPIPE does, when its reader has gone', () => {
    const { output, codes, fail, said } = failing();
    fail(output, 'EPIPE');
    expect({ codes, said: said() }).toEqual({ codes: [141], said: '' });
  });

  it('ends it once, with a message, when the disk is full', () => {
    const { output, codes, fail, said } = failing();
    fail(output, 'ENOSPC');
    fail(output, 'ENOSPC');
    const message = 'rx-usocket: standard output cannot be written: ENOSPC: write\n';
    expect({ codes, said: said() }).toEqual({ codes: [1], said: message });
  });

  it('ends it when the reader of standard error has gone, and not when that cannot be written otherwise', () => {
    const { errors, codes, fail } = failing();
    fail(errors, 'ENOSPC');
    expect(codes).toEqual([]);
    fail(errors, 'EPIPE');
    expect(codes).toEqual([141]);
  });
});
