import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = join(__dirname, '../..');
const tsNode = join(__dirname, 'tsNode.cjs');
/** Milliseconds after which a program is killed, because a spec that times out does not end its programs. */
const longest = 60_000;

/** How a program ended. */
export interface Outcome {
  /** `null` if a signal ended the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running program. Dispose of it with `await using`, which kills it if it has not ended. */
export interface Program extends AsyncDisposable {
  readonly outcome: Promise<Outcome>;
  /** Waits until its output matches. Rejects if the program ends before. */
  printed(what: RegExp): Promise<void>;
  /** Waits for the first line of its output. */
  firstLine(): Promise<string>;
  signal(signal: NodeJS.Signals): void;
}

/** Where a program runs. */
export interface Surroundings {
  /** Default: this repository. */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a TypeScript file as `ts-node` would, without a terminal. */
export function startProgram(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  return startNode(['-r', tsNode, file, ...args], { env });
}

/** Starts Node.js with these arguments, without a terminal. */
export function startNode(args: readonly string[], { cwd = root, env = {} }: Surroundings = {}): Program {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, RX_USOCKET_KEY: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longest,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  const said = text(child.stderr);
  const closed = once(child, 'close');
  const outcome = Promise.all([said, closed]).then(([stderr]) => ({ code: child.exitCode, stdout, stderr }));
  const printed = async (what: RegExp): Promise<void> => {
    while (!what.test(stdout)) {
      if (child.stdout.readableEnded) throw new Error(`node ${args.join(' ')} never printed ${what}; ${await said}`);
      await Promise.race([once(child.stdout, 'data'), closed]);
    }
  };
  return {
    outcome,
    printed,
    async firstLine() {
      await printed(/\n/);
      return stdout.slice(0, stdout.indexOf('\n'));
    },
    signal: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await outcome;
    },
  };
}

/** Runs a program to its end. */
export async function runProgram(file: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome> {
  await using program = startProgram(file, args, env);
  return await program.outcome;
}
