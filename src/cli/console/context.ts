import { constants } from 'node:os';

import type { Uart } from '../../streams';
import type { PortDescription, SerialSettings } from '../../transports';
import { CommandFailure } from './exitCodes';
import { endOnOutputFailure } from './outputFailure';
import { standardInput } from './standardInput';

/** What a command gets from where it runs, so that specs run it in their own process. */
export interface CommandContext {
  /** Standard input. */
  readonly input: NodeJS.ReadableStream;
  /** Standard output: results. */
  readonly output: NodeJS.WritableStream;
  /** Standard error: notes, progress, questions and errors. */
  readonly errors: NodeJS.WritableStream;
  /** Whether a person reads `errors` on a terminal: progress is a bar there, and a question can be asked. */
  readonly terminal: boolean;
  /** Aborts when the command has to end in order. Its reason has the exit code. */
  readonly signal: AbortSignal;
  /** The environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Opens a line, for specs that need a special one. Default: `new machine.UART(port, baudRate, settings)`. */
  readonly openLine?: (port: string, baudRate: number, settings: Omit<SerialSettings, 'baudRate'>) => Uart;
  /** Lists the ports of the machine, for specs. Default: `listPorts`. */
  readonly listPorts?: () => Promise<readonly PortDescription[]>;
  /** Multiplies the times for which `doctor` and `ports` listen, and after which a wait is told, for specs. Default: 1. */
  readonly pace?: number;
}

/** The signals that end a command in order. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The context of a process. The first Ctrl-C, or another signal that ends a process, aborts the command, and the second
 * ends the process at once. Output that cannot be written aborts the command, too.
 */
export function processContext(): CommandContext {
  const stopping = new AbortController();
  for (const name of endings) {
    const exitCode = 128 + constants.signals[name];
    process.on(name, () => {
      if (stopping.signal.aborted) process.exit(exitCode);
      stopping.abort(new CommandFailure('', exitCode));
    });
  }
  const { stdout: output, stderr: errors } = process;
  endOnOutputFailure({ output, errors }, (exitCode) => {
    // A command that has just ended does not see the signal.
    process.exitCode = exitCode;
    stopping.abort(new CommandFailure('', exitCode));
  });
  return {
    input: standardInput(),
    output,
    errors,
    terminal: errors.isTTY,
    signal: stopping.signal,
    environment: process.env,
  };
}
