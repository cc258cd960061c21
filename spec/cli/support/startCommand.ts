import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { CommandFailure, exitCodes } from '../../../src/cli/console/exitCodes';
import type { Outcome } from '../../../harness/processes/program';
import { type CommandSurroundings, runCommand } from './runCommand';

/** A command that runs in this process. Dispose of it with `await using`, which stops it. */
export interface RunningCommand extends AsyncDisposable {
  /** What it reads as its standard input. */
  readonly input: PassThrough;
  /** What it has written to its standard output. */
  stdout(): string;
  /** What it has written to its standard error. */
  stderr(): string;
  /** Waits until its standard output matches, and returns the match. Rejects if it ends before. */
  prints(what: RegExp): Promise<RegExpExecArray>;
  /** Waits until its standard error matches. Rejects if it ends before. */
  notes(what: RegExp): Promise<RegExpExecArray>;
  /** Waits for that many lines of standard output, and returns them. Rejects if it ends before. */
  lines(count: number): Promise<readonly string[]>;
  /** Stops it as Ctrl-C does. */
  stop(): Promise<Outcome>;
  readonly outcome: Promise<Outcome>;
}

/** Starts `rx-usocket` with these arguments in this process. */
export function startCommand(args: readonly string[], surroundings: CommandSurroundings = {}): RunningCommand {
  const input = new PassThrough();
  const output = noted();
  const errors = noted();
  const stopping = new AbortController();
  const outcome = runCommand(args, {
    input,
    signal: stopping.signal,
    ...surroundings,
    output: output.stream,
    errors: errors.stream,
  }).then(({ code }) => ({ code, stdout: output.text(), stderr: errors.text() }));
  const ended = outcome.then(({ code, stdout, stderr }) => {
    throw new Error(`ended with ${code}: ${stdout}${stderr}`);
  });
  ended.catch(() => undefined);
  const stop = () => {
    stopping.abort(new CommandFailure('', exitCodes.interrupted));
    return outcome;
  };
  return {
    input,
    stdout: output.text,
    stderr: errors.text,
    prints: (what) => Promise.race([output.matches(what), ended]),
    lines: async (count) => {
      const [text] = await Promise.race([output.matches(new RegExp(`(?:[^\n]*\n){${count}}`)), ended]);
      return text.split('\n').slice(0, count);
    },
    notes: (what) => Promise.race([errors.matches(what), ended]),
    stop,
    outcome,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

function noted() {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('latin1').on('data', (more: string) => (text += more));
  return {
    stream,
    text: () => text,
    async matches(what: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const found = what.exec(text);
        if (found) return found;
        await once(stream, 'data');
      }
    },
  };
}
