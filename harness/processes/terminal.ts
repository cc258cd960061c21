import { spawn } from '@lydell/node-pty';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const tsNode = join(__dirname, 'tsNode.cjs');

/** A program on a terminal of its own. Dispose of it with `await using`, which kills it if it has not ended. */
export interface TerminalProgram extends AsyncDisposable {
  /** Everything that the terminal has shown, with its control sequences. */
  readonly screen: string;
  /** Waits until the screen matches. Rejects if the program ends before. */
  shown(what: RegExp): Promise<void>;
  /** Types; `'\u0003'` is Ctrl-C. */
  type(keys: string): void;
  /** Resolves to the exit code. */
  readonly ended: Promise<number>;
}

/** Starts a TypeScript file on a terminal of its own. */
export function startOnTerminal(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): TerminalProgram {
  const inherited = { ...process.env };
  delete inherited['RX_USOCKET_KEY'];
  const child = spawn(process.execPath, ['-r', tsNode, file, ...args], { cwd: root, env: { ...inherited, ...env } });
  const events = new EventEmitter();
  let screen = '';
  let isOver = false;
  child.onData((text) => {
    screen += text;
    events.emit('change');
  });
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      isOver = true;
      events.emit('change');
      resolve(exitCode);
    });
  });
  return {
    get screen() {
      return screen;
    },
    async shown(what) {
      while (!what.test(screen)) {
        if (isOver) throw new Error(`the terminal never showed ${what}, but: ${screen}`);
        await once(events, 'change');
      }
    },
    type: (keys) => {
      child.write(keys);
    },
    ended,
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill('SIGKILL');
      await ended;
    },
  };
}
