import { readFileSync } from 'node:fs';

import { expect, it } from '@jest/globals';

const workflow = readFileSync('.github/workflows/ci.yml', 'utf8');
const checks = readFileSync('.ci/run', 'utf8');
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
};

it('runs all checks on each Node.js from the oldest that the package supports', () => {
  expect(workflow).toMatch(/^ +- run: \.ci\/run$/m);
  const [, versions = ''] = /^ +node: \[(.*)\]$/m.exec(workflow) ?? [];
  expect(`>=${versions.split(',')[0]}`).toBe(manifest.engines.node);
});

it('leaves no check of the package out', () => {
  const left = Object.keys(manifest.scripts).filter(
    (name) => name.startsWith('check:') && !checks.includes(` ${name}\n`),
  );
  // Needs a program that few machines have.
  expect(left).toEqual(['check:ser2net']);
});
