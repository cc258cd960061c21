import { createRequire } from 'node:module';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';

type WorkerClass = typeof workerThreads.Worker;

/** Lets worker threads load this package, because otherwise their connections would leave the program without the modem. */
export function patchWorkers(): void {
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''];
  const hasImports = options.some((option) => option.includes('--import'));
  workerThreads.Worker = preloading(workerThreads.Worker, { file: packageFile, hasImports });
}

/** A bundle has no package, and is loaded by its program alone. */
function packageFile(): string | undefined {
  try {
    return createRequire(__filename).resolve('rx-usocket/register');
  } catch {
    return undefined;
  }
}

/** What worker threads preload, and whether the process preloads anything with `--import`. */
interface Preload {
  readonly file: () => string | undefined;
  readonly hasImports: boolean;
}

/**
 * Makes a class of workers that load a file first. Node.js (20 to 26) does so by itself, unless a worker has options or an
 * environment of its own, or runs a text (`eval`) where the process uses `--import`.
 */
export function preloading(Worker: WorkerClass, { file, hasImports }: Preload): WorkerClass {
  return new Proxy(Worker, {
    construct(target, [program, options]: [unknown, WorkerOptions?], newTarget) {
      const make = (changed = options) => Reflect.construct(target, [program, changed], newTarget) as object;
      const { execArgv, env, eval: isText = false } = options ?? {};
      const isPreloaded = !execArgv && typeof env !== 'object' && !(isText && hasImports);
      const path = isPreloaded ? undefined : file();
      // What is no list, Node.js refuses in its own words.
      if (path === undefined || (execArgv && !Array.isArray(execArgv))) return make();
      const withFile = (others: readonly string[]) => make({ ...options, execArgv: ['--require', path, ...others] });
      if (execArgv) return withFile(execArgv);
      try {
        return withFile(process.execArgv);
      } catch (error) {
        const refused = refusedOptions(error);
        return withFile(process.execArgv.filter((option) => !refused.has(option)));
      }
    },
  });
}

/** The options that a worker cannot have, because they are for the whole process, such as `--max-old-space-size`. */
function refusedOptions(error: unknown): ReadonlySet<string> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
  return new Set(message.split(/: |, /));
}
