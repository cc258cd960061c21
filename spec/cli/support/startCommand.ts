import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { CommandFailure, exitCodes } from '../../../src/cli/manner/exitCodes';
import type { Outcome } from '../../../harness/processes/program';
import { type CommandSurroundings, runCommand } from './runCommand';

/** A command that runs in this process until it is stopped. */
export interface RunningCommand extends AsyncDisposable {
  /** Waits for so many lines of standard output, and returns them. Rejects when the command ends before. */
  lines(count: number): Promise<readonly string[]>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<Outcome>;
  readonly outcome: Promise<Outcome>;
}

/** Starts `rx-usocket` with these arguments in this process. */
export function startCommand(args: readonly string[], surroundings: CommandSurroundings = {}): RunningCommand {
  const stopping = new AbortController();
  const output = new PassThrough();
  let stdout = '';
  output.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const outcome = runCommand(args, { ...surroundings, output, signal: stopping.signal }).then((ended) => {
    output.end();
    return { ...ended, stdout };
  });
  const stop = (): Promise<Outcome> => {
    stopping.abort(new CommandFailure('', exitCodes.interrupted));
    return outcome;
  };
  return {
    outcome,
    stop,
    async lines(count) {
      while (stdout.split('\n').length <= count) {
        if (output.writableEnded) throw new Error(`${args.join(' ')} has ended: ${(await outcome).stderr}`);
        await Promise.race([once(output, 'data'), outcome]);
      }
      return stdout.split('\n').slice(0, count);
    },
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
