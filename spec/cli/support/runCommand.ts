import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

import { machine } from '../../../src';
import type { CommandContext } from '../../../src/cli/manner/context';
import { run } from '../../../src/cli/program';
import type { EmulatorOptions } from '../../../src/emulator';
import type { Outcome } from '../../../harness/processes/program';

/** Where a command runs in a spec. */
export interface CommandSurroundings extends Partial<CommandContext> {
  /** What the virtual modem of `emulator:` is like. Default: without delays. */
  readonly emulator?: EmulatorOptions;
}

/** Runs `rx-usocket` with these arguments in this process. Without more, it has no terminal and an empty environment. */
export async function runCommand(
  args: readonly string[],
  { emulator = {}, ...surroundings }: CommandSurroundings = {},
): Promise<Outcome> {
  const output = new PassThrough();
  const errors = new PassThrough();
  const stdout = text(output);
  const stderr = text(errors);
  const code = await run(args, {
    input: new PassThrough(),
    output,
    errors,
    terminal: false,
    signal: new AbortController().signal,
    environment: {},
    openLine: (port, baudRate) => new machine.UART(port, baudRate, { emulator: { latency: 0, ...emulator } }),
    ...surroundings,
  });
  output.end();
  errors.end();
  return { code, stdout: await stdout, stderr: await stderr };
}
