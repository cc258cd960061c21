import { createRequire } from 'node:module';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';

/**
 * Lets this package be loaded in worker threads that run a text (`eval: true`), too. What a process preloads with `--import`, Node.js
 * preloads in a worker of a file, but not in one of a text (Node.js 20 to 26), whose connections would not go through the modem.
 */
export function patchWorkers(): void {
  const preloads = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''];
  if (!preloads.some((option) => option.includes('--import'))) return;
  const { Worker } = workerThreads;
  workerThreads.Worker = class extends Worker {
    constructor(program: string | URL, options: WorkerOptions = {}) {
      super(program, options.eval ? { ...options, execArgv: withPackage(options) } : options);
    }
  };
  Object.defineProperty(workerThreads.Worker, 'name', { value: Worker.name });
}

function withPackage({ execArgv = process.execArgv }: WorkerOptions): string[] {
  return [...execArgv, '--require', createRequire(__filename).resolve('rx-usocket/register')];
}
