import { exec } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { posix, sep } from 'node:path';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { anchorsOf, codeIn, documents, linksOf, proseOf } from './support/markdown';

/** All files of the repository that a document may name by the end of their path. */
const sources = ['src', 'spec', 'samples', 'scripts', 'harness'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path.replaceAll(sep, '/')}`),
);

let packed: ReadonlySet<string>;

beforeAll(async () => {
  const { stdout } = await promisify(exec)('npm pack --dry-run --ignore-scripts --json');
  const [{ files }] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  packed = new Set(files.map(({ path }) => path));
}, 60_000);

describe.each(documents)('%s', (document) => {
  it('is in the package', () => {
    expect([...packed]).toContain(document);
  });

  it('leads only to what is in the package, and to headings that are there', () => {
    const lost = linksOf(document).filter(({ file, anchor }) => {
      const isThere = [...packed].some((path) => path === file || path.startsWith(`${file}/`));
      return !isThere || (anchor !== undefined && !anchorsOf(file).includes(anchor));
    });
    expect(lost).toEqual([]);
  });

  it('names only files of the repository that are there', () => {
    const named = codeIn(proseOf(document)).filter((code) =>
      /^(src|spec|harness|samples|scripts|docs|etc)\/\S+$/.test(code),
    );
    expect(named.filter((path) => !isInRepository(path))).toEqual([]);
  });

  it('names only source files that are there where it names them by the end of their path', () => {
    const named = codeIn(proseOf(document)).filter((code) => /^[\w/]+\.ts$/.test(code));
    expect(named.filter((path) => !sources.some((source) => `/${source}`.endsWith(`/${path}`)))).toEqual([]);
  });
});

/** Whether there is such a file or folder; `*` stands for a part of its name. */
function isInRepository(path: string): boolean {
  const name = new RegExp(`^${posix.basename(path).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  const folder = posix.dirname(path);
  return existsSync(folder) && readdirSync(folder).some((entry) => name.test(entry));
}

it('finds the links of README', () => {
  expect(linksOf('README.md').length).toBeGreaterThan(5);
  expect(linksOf('README.md')).toContainEqual({ file: 'README.md', anchor: 'the-virtual-modem' });
});
