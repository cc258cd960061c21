import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { preloading } from '../../src/register/patchWorkers';

let folder: string;
let preloaded: string;
let program: string;
/** What a worker that runs it tells: whether it has loaded the file, and its options. */
const telling =
  "require('node:worker_threads').parentPort.postMessage([globalThis.isPreloaded === true, process.execArgv])";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workers-'));
  [preloaded, program] = [join(folder, 'preloaded.cjs'), join(folder, 'program.cjs')];
  await writeFile(preloaded, 'globalThis.isPreloaded = true;');
  await writeFile(program, telling);
});
afterAll(() => rm(folder, { recursive: true }));

const outer = process.execArgv;

/** What a worker of a text or a file tells, in a process with these options. */
async function told(options: WorkerOptions, processOptions: readonly string[] = [], file = () => preloaded as unknown) {
  const Preloading = preloading(Worker, { file: file as () => string, hasImports: true });
  process.execArgv = [...processOptions];
  try {
    const worker = new Preloading(options.eval ? telling : program, options);
    const [[isPreloaded, execArgv]] = (await once(worker, 'message')) as [[boolean, string[]]];
    return { isPreloaded, execArgv, isWorker: worker instanceof Preloading && worker instanceof Worker };
  } finally {
    process.execArgv = outer;
  }
}

describe('a worker thread', () => {
  it.each<[string, WorkerOptions]>([
    ['that runs a text', { eval: true }],
    ['with options of its own', { execArgv: [] }],
    ['that runs a text, and has options of its own', { eval: true, execArgv: ['--no-warnings'] }],
    ['with an environment of its own', { env: { NAME: 'value' } }],
  ])('%s loads the package', async (_, options) => {
    const execArgv = ['--require', preloaded, ...(options.execArgv ?? ['--no-deprecation'])];
    expect(await told(options, ['--no-deprecation'])).toEqual({ isPreloaded: true, execArgv, isWorker: true });
  });

  it('does not get the options that only a process has', async () => {
    const ofProcess = ['--max-old-space-size=500', '--expose-gc', '--no-deprecation'];
    expect(await told({ eval: true }, ofProcess)).toMatchObject({
      isPreloaded: true,
      execArgv: ['--require', preloaded, '--no-deprecation'],
    });
  });

  it.each<[string, WorkerOptions]>([
    ['with the options of the process', {}],
    ['with options that are undefined', { execArgv: undefined, env: undefined }],
  ])('%s is left to Node.js', async (_, options) => {
    expect(await told(options)).toMatchObject({ isPreloaded: false });
  });

  it('works without the package', async () => {
    expect(await told({ eval: true }, [], () => undefined)).toMatchObject({ isPreloaded: false, isWorker: true });
  });

  it('is refused in the words of Node.js', () => {
    const Preloading = preloading(Worker, { file: () => preloaded, hasImports: true });
    const refused = (options: object) => () => new Preloading(telling, { eval: true, ...options });
    expect(refused({ execArgv: 'none' })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
    expect(refused({ execArgv: ['--none'] })).toThrow(
      expect.objectContaining({ code: 'ERR_WORKER_INVALID_EXEC_ARGV' }),
    );
    expect(refused({ env: 5 })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
    expect(Preloading.name).toBe('Worker');
  });
});
