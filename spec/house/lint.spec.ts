import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ScratchProject } from './scratchProject';

const law1 = 'no-restricted-syntax';
const clock = 'no-restricted-globals';
const syntax = 'no-restricted-syntax';
const imports = 'no-restricted-imports';

/** A file or folder, the code in it, and the rules that reject it. */
const cases: readonly (readonly [file: string, code: string, ...rules: string[]])[] = [
  ['src/streams', 'export const wait = async (): Promise<void> => { await Promise.resolve(); };', law1],
  ['src/usocket', 'export const made = (): unknown => new Promise(() => undefined);', law1],
  ['src/esp8285', 'export const then = (it: PromiseLike<void>): unknown => it.then(() => 1);', law1],
  ['src/streams', 'import { firstValueFrom, of } from "rxjs"; export const it: unknown = firstValueFrom(of(1));', law1],
  ['src/streams', 'setTimeout(() => undefined, 1);', clock],
  ['src/usocket', 'globalThis.setInterval(() => undefined, 1);', clock],
  ['src/esp8285', 'queueMicrotask(() => undefined);', clock],
  ['src/esp8285', 'process.nextTick(() => undefined);', clock],
  ['src/streams', 'export const now = Date.now();', clock],
  ['src/streams', 'export const now = new Date();', clock],
  ['src/streams', 'export const now = performance.now();', clock],
  ['src/streams', 'import { timer } from "rxjs"; export const soon$ = timer(5);', law1],
  ['src/esp8285', 'import { delay, of } from "rxjs"; export const soon$ = of(1).pipe(delay(5));', law1],
  ['src/esp8285', 'import { of, timeout } from "rxjs"; export const soon$ = of(1).pipe(timeout({ each: 5 }));', law1],
  [
    'src/esp8285',
    'import { asyncScheduler as scheduler, of, timeout, timer } from "rxjs";' +
      'export const soon$ = timer(5, scheduler); export const late$ = of(1).pipe(timeout({ each: 5, scheduler }));',
  ],
  [
    'src/usocket/stream/socket.ts',
    'import { firstValueFrom, of } from "rxjs"; export const it: unknown = firstValueFrom(of(1));',
    'no-restricted-syntax',
  ],
  [
    'src/usocket/contract/promiseOf.ts',
    'import { firstValueFrom, of } from "rxjs"; export const it: unknown = firstValueFrom(of(1));',
  ],
  ['src/usocket/stream/socketFile.ts', 'export type It = Promise<number>;'],
  ['src/usocket/select/uselect.ts', 'export const of = (time: number): Date => new Date(time);'],
  ['src/esp8285/esp8285.ts', 'export const now = [new Date(), Date.now(), Date()];', law1],
  ['src/usocket/module.ts', 'export const wait = async (it: Promise<void>): Promise<void> => { await it; };', law1],
  ['src/host', 'export const now = Date.now(); setTimeout(() => undefined, 1).unref();'],
  [
    'src/host',
    'import { of } from "rxjs"; of(1).subscribe({ error: () => { of(2).subscribe({ error: () => undefined }); } });',
    'rxjs-x/no-nested-subscribe',
  ],
  ['src/host', 'import { of } from "rxjs"; of(1).subscribe(() => undefined);', 'rxjs-x/no-ignored-error'],
  ['src/host', 'import { of } from "rxjs"; of(1);', 'rxjs-x/no-floating-observables'],
  ['src/host', 'import { of } from "rxjs"; export const bytes = of(1);', 'house/finnish'],
  ['src/host', 'import { type Observable, of } from "rxjs"; export const make = (): Observable<number> => of(1);'],
  [
    'src/host',
    'import { Subject } from "rxjs"; export class Port { readonly rx$ = new Subject<number>(); }',
    'rxjs-x/no-exposed-subjects',
  ],
  ['src/host', 'export const wait = (): void => { Promise.resolve(); };', '@typescript-eslint/no-floating-promises'],
  ['spec', 'setTimeout(() => undefined, 5);', clock],
  ['harness', 'globalThis.setInterval(() => undefined, 5);', clock],
  ['spec', 'import { setTimeout as wait } from "node:timers/promises"; export const late = wait(5);', imports],
  ['spec', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);', 'no-restricted-properties'],
  ['spec', 'import { timer } from "rxjs"; export const soon$ = timer(5);', syntax],
  ['spec', 'import { of, timeout } from "rxjs"; export const soon$ = of(1).pipe(timeout({ first: 5 }));', syntax],
  [
    'spec',
    'import { timer, type SchedulerLike } from "rxjs"; export const soon$ = (of: SchedulerLike) => timer(5, of);',
  ],
  ['spec', 'export const turn = new Promise((resolve) => setImmediate(resolve));'],
  ['harness/time/limits.ts', 'export const limit = setTimeout(() => undefined, 5);'],
  ['spec', 'import { it } from "@jest/globals"; it.only("runs", () => undefined);', 'no-restricted-properties'],
  [
    'spec',
    'import { describe } from "@jest/globals"; describe.skip("not", () => undefined);',
    'no-restricted-properties',
  ],
  ['spec', 'import { it } from "@jest/globals"; it.todo("later");', 'no-restricted-properties'],
  ['samples', 'import "../src";', 'no-restricted-imports'],
  ['samples/demo', 'import "../../src/usocket";', 'no-restricted-imports'],
  ['samples/demo', 'import "../../harness/peers/peer";', 'no-restricted-imports'],
  ['samples/demo', 'import "rx-usocket"; import "./meter"; import "../src-of-mine";'],
];

const files = cases.map(([place], index) => (place.endsWith('.ts') ? place : `${place}/case${index}.ts`));

describe('the lint rules', () => {
  const project = new ScratchProject(['eslint.config.mjs', 'tsconfig.json', 'package.json']);
  const reported = new Map<string, string[]>();

  beforeAll(async () => {
    cases.forEach(([, code], index) => {
      project.write(files[index]!, code);
    });
    const folders = ['src', 'harness', 'samples', 'spec'];
    const { stdout, stderr } = await project.run('eslint/bin/eslint.js', '--format', 'json', ...folders);
    expect(stderr).toBe('');
    for (const { filePath, messages } of JSON.parse(stdout) as Report[]) {
      reported.set(filePath, [...new Set(messages.map(({ ruleId }) => ruleId))]);
    }
  }, 60_000);

  afterAll(() => {
    project.remove();
  });

  it.each(cases.map(([, code, ...rules], index) => [files[index]!, code, rules] as const))(
    'in %s: %s',
    (file, _code, rules) => {
      expect(reported.get(project.path(file))).toEqual(rules);
    },
  );
});

interface Report {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string }[];
}
