import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { blocksIn, codeIn, documents, proseOf } from './support/markdown';
import { UserProject } from './support/userProject';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
/** The commands in the documents, without comments. */
const lines = [
  ...blocksIn('sh').flatMap(({ code }) => code.split('\n')),
  ...documents.flatMap((document) => codeIn(proseOf(document))),
].map((line) => line.replace(/\s+#.*$/, ''));
const emulators = [...new Set(lines.filter((line) => line.startsWith('npx rx-usocket emulate')))];

describe('the npm commands of the documents', () => {
  const named = lines.flatMap(
    (line) => /\bnpm (?:run (\S+)|(start|test)\b)/.exec(line)?.slice(1).filter(Boolean) ?? [],
  );

  it.each([...new Set(named)])('%s is one of the scripts', (name) => {
    expect(Object.keys(scripts)).toContain(name);
  });
});

describe('the commands of the documents', () => {
  const project = new UserProject(['@lydell/node-pty']);

  beforeAll(() => project.install({ types: false }), 60_000);

  afterAll(() => {
    project.remove();
  });

  it('include several for the emulator', () => {
    expect(emulators.length).toBeGreaterThan(1);
  });

  it.each(emulators)('%s', async (line) => {
    // Its own path, because other runs may have left a link.
    const [, , ...args] = line.replace(/(?<=--link )\S+/, project.path('modem')).split(' ');
    await using program = project.start('node_modules/rx-usocket/dist/cli/main.mjs', args);
    expect(await program.firstLine()).toMatch(/^(\/|tcp:)/);
    program.signal('SIGTERM');
    expect(await program.outcome).toMatchObject({ code: 0 });
  });

  it('include the faults that README names', async () => {
    const faults = codeIn(proseOf('README.md')).filter((code) => code.startsWith('--fault'));
    expect(faults.length).toBeGreaterThan(1);
    const args = faults.flatMap((fault) => fault.split(' '));
    await using program = project.start('node_modules/rx-usocket/dist/cli/main.mjs', [
      'emulate',
      '--tcp',
      '0',
      ...args,
    ]);
    expect(await program.firstLine()).toMatch(/^tcp:/);
    program.signal('SIGTERM');
    expect(await program.outcome).toMatchObject({ code: 0 });
  });
});
