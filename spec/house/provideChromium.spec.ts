import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const sorry = 'There is no Chromium, and it cannot be installed here. The specs of the page are left out.\n';

describe('.ci/provide-chromium', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rx-usocket-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs it on a machine with no other programs than these scripts, as root unless `id` says otherwise. It must not fail. */
  function provide(programs: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}): string {
    const all = { env: 'exec /usr/bin/env "$@"', timeout: 'shift; exec "$@"', id: 'echo 0', ...programs };
    for (const [name, script] of Object.entries(all)) {
      writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
    }
    return execFileSync('/bin/bash', ['.ci/provide-chromium'], { env: { PATH: folder, ...env }, encoding: 'utf8' });
  }

  it('leaves a machine alone that has a Chromium, in PATH or in CHROMIUM', () => {
    expect(provide({ 'google-chrome': '', 'apt-get': 'echo called' })).toBe('');
    rmSync(join(folder, 'google-chrome'));
    expect(provide({ 'my-browser': '', 'apt-get': 'echo called' }, { CHROMIUM: 'my-browser' })).toBe('');
  });

  it.each([
    ['root', { sudo: 'exit 1' }],
    ['who may be root without a password', { id: 'echo 1000', sudo: '[ "$1" = -n ] && shift && exec "$@"' }],
  ])('installs it for %s, and asks nothing', (_who, programs) => {
    const log = join(folder, 'log');
    expect(provide({ ...programs, 'apt-get': `echo "$DEBIAN_FRONTEND: $*" >> ${log}` })).toBe('');
    expect(readFileSync(log, 'utf8').trim().split('\n').at(-1)).toBe(
      'noninteractive: -qq -o DPkg::Lock::Timeout=60 install -y --no-install-recommends chromium',
    );
  });

  it('says so where it may not, or cannot', () => {
    expect(provide({ id: 'echo 1000', 'apt-get': '', sudo: 'exit 1' })).toBe(sorry);
    expect(provide({ 'apt-get': '[[ "$*" != *install* ]]' })).toBe(sorry);
    rmSync(join(folder, 'apt-get'));
    expect(provide({})).toBe(sorry);
  });
});
