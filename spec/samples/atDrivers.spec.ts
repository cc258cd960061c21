import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

import { expect, it } from '@jest/globals';

const program = [process.execPath, '-r', resolve('harness/processes/tsNode.cjs'), resolve('src/cli/main.ts')];

/** Runs Python in the folder of the sample, and resolves to its exit code and what it has printed. */
async function python(...args: readonly string[]): Promise<{ readonly code: unknown; readonly printed: string }> {
  const child = spawn('python3', args, {
    cwd: 'samples/at-drivers',
    env: { ...process.env, RX_USOCKET: program.join(' '), PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close').then(([code]: unknown[]) => code);
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, printed: out + errors };
}

it('a driver in Python sees a reset in the middle of a download, in a test in Python', async () => {
  const { code: absent } = await python('-c', 'import pytest');
  const runner =
    absent === 0 ? ['-m', 'pytest', '-p', 'no:cacheprovider', 'test_reset.py'] : ['-m', 'unittest', 'test_reset'];
  const { code, printed } = await python(...runner);
  expect(printed).toMatch(/3 passed|Ran 3 tests[^]*OK\n/);
  expect(code).toBe(0);
});
