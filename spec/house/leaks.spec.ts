import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ScratchProject } from './scratchProject';

/** What a test leaves behind, its code, and the message with which its file fails, if it does. */
const cases: readonly (readonly [title: string, code: string, message?: string])[] = [
  ['a server', 'createServer().listen(0, "127.0.0.1");', 'left open: TCPServerWrap'],
  ['a UDP socket', 'createSocket("udp4").bind(0, "127.0.0.1");', 'left open: UDPWrap'],
  ['a timer', 'setInterval(() => undefined, 60_000);', 'left open: Timeout of 60000 ms'],
  [
    'a timer that goes off late',
    'setTimeout(() => { throw new Error("late"); }, 300);',
    'left open: Timeout of 300 ms',
  ],
  ['a rejection', 'void Promise.reject(new Error("nobody caught this"));', 'nobody caught this'],
  ['an error without an observer', 'throwError(() => new Error("nobody saw this")).subscribe();', 'nobody saw this'],
  [
    'a failed test and a server that it still works with',
    'const server = createServer().listen(0, "127.0.0.1"); setTimeout(() => server.close(), 1500); throw new Error("this failed first");',
    'this failed first',
  ],
  ['a server that is closing', 'const server = createServer().listen(0, () => { server.close(); });'],
  ['a timer that has gone off', 'return new Promise((done) => { setTimeout(done, 1); });'],
  ['a timer that is cleared', 'clearTimeout(setTimeout(() => undefined, 60_000));'],
  ['a timer that holds nobody up', 'setInterval(() => undefined, 60_000).unref();'],
];

describe('what a spec leaves behind', () => {
  const project = new ScratchProject([
    'jest.config.ts',
    'harness/browser/findChromium.ts',
    'harness/jest',
    'harness/time',
    'tsconfig.json',
    'package.json',
  ]);
  let report: Report = { testResults: [] };
  let output = '';

  beforeAll(async () => {
    cases.forEach(([title, code], index) => {
      project.write(
        `${index % 2 === 0 ? 'spec' : 'web/spec'}/case${index}.spec.ts`,
        `import { createSocket } from 'node:dgram';
         import { createServer } from 'node:net';
         import { it } from '@jest/globals';
         import { throwError } from 'rxjs';
         it('leaves ${title}', () => { ${code} });`,
      );
    });
    const { stdout } = await project.run('jest/bin/jest.js', '--json', '--outputFile', 'report.json');
    output = stdout;
    report = JSON.parse(readFileSync(project.path('report.json'), 'utf8')) as Report;
  }, 60_000);

  afterAll(() => {
    project.remove();
  });

  it.each(cases.map(([title, , message], index) => ({ title, message, index })))('$title', (row) => {
    const result = report.testResults.find(({ name }) => name.endsWith(`case${row.index}.spec.ts`));
    expect(result?.status).toBe(row.message === undefined ? 'passed' : 'failed');
    expect(result?.message).toContain(row.message ?? '');
  });

  it('does not keep the run from ending with its tally', () => {
    expect(output.trimEnd().split('\n').at(-1)).toBe('4 passed, 7 failed');
  });
});

interface Report {
  readonly testResults: readonly { readonly name: string; readonly status: string; readonly message: string }[];
}
