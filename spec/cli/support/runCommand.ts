import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

import { machine } from '../../../src';
import type { CommandContext } from '../../../src/cli/console/context';
import { CommandFailure, exitCodes } from '../../../src/cli/console/exitCodes';
import { run } from '../../../src/cli/program';
import type { EmulatorOptions } from '../../../src/emulator';
import type { Outcome } from '../../../harness/processes/program';

/** Where a command runs in a spec. */
export interface CommandSurroundings extends Partial<CommandContext> {
  /** What the virtual modem of `emulator:` is like. Default: without delays. */
  readonly emulator?: EmulatorOptions;
  /** Aborts the command as Ctrl-C does, as soon as its standard output or its standard error matches. */
  readonly stopAt?: RegExp;
  /** Is called with each piece of the output. */
  readonly printed?: (text: string) => void;
}

/** Runs `rx-usocket` with these arguments in this process. Without more, it has no terminal and an empty environment. */
export async function runCommand(
  args: readonly string[],
  { emulator = {}, stopAt, printed, ...surroundings }: CommandSurroundings = {},
): Promise<Outcome> {
  const output = new PassThrough();
  const errors = new PassThrough();
  const stdout = text(output);
  const stderr = text(errors);
  const stopping = new AbortController();
  if (printed) {
    for (const stream of [output, errors]) stream.on('data', (chunk) => printed(String(chunk)));
  }
  if (stopAt) {
    let heard = '';
    for (const stream of [output, errors]) {
      stream.on('data', (chunk) => {
        heard += String(chunk);
        if (stopAt.test(heard)) stopping.abort(new CommandFailure('', exitCodes.interrupted));
      });
    }
  }
  const code = await run(args, {
    input: new PassThrough(),
    output,
    errors,
    terminal: false,
    signal: stopping.signal,
    environment: {},
    openLine: (port, baudRate, settings) =>
      new machine.UART(port, baudRate, { ...settings, emulator: { latency: 0, ...emulator } }),
    ...surroundings,
  });
  output.end();
  errors.end();
  return { code, stdout: await stdout, stderr: await stderr };
}
