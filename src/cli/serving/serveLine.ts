import { type Command, Option } from 'commander';
import { types } from 'node:util';

import { messageOf } from '../../usocket/contract/messageOf';
import { codeOf, usageFailure } from '../console/exitCodes';
import type { ReportOptions } from '../console/reportingCommand';
import { parsePort } from '../options/values';

/** The options of a command that serves a line to another program. */
export interface ServeLineOptions extends ReportOptions {
  readonly pty?: true;
  readonly tcp?: number;
  readonly link?: string;
}

/** Adds the options of {@link ServeLineOptions}. */
export function withServeOptions(command: Command): Command {
  return command
    .option('--pty', 'serve a pseudo-terminal (the default; Linux and macOS)')
    .addOption(
      new Option('--tcp <port>', 'serve raw bytes on a port of 127.0.0.1; 0 for any that is free')
        .argParser(parsePort)
        .conflicts('pty'),
    )
    .addOption(
      new Option(
        '--link <path>',
        'a symbolic link to the device, under the same name each time; removed at the end',
      ).conflicts('tcp'),
    );
}

/** What serves a line in the ways of the options. */
export interface LineServer<Pty extends { readonly path: string }, Tcp extends { readonly port: number }> {
  pty(options: { readonly link?: string }): Promise<Pty>;
  tcp(options: { readonly port: number }): Promise<Tcp>;
}

/** Serves a line as the options say. Failures say what to try. */
export async function serveLine<Pty extends { readonly path: string }, Tcp extends { readonly port: number }>(
  { tcp, link }: ServeLineOptions,
  server: LineServer<Pty, Tcp>,
): Promise<{ readonly served: Pty | Tcp; readonly address: string }> {
  if (tcp !== undefined) {
    const served = await server.tcp({ port: tcp }).catch((cause: unknown) => {
      throw cause instanceof RangeError ? usageFailure(cause.message, { cause }) : portFailure('--tcp', cause);
    });
    return { served, address: `tcp://127.0.0.1:${served.port}` };
  }
  const served = await server.pty(link === undefined ? {} : { link }).catch((cause: unknown) => {
    if (cause instanceof RangeError) throw usageFailure(cause.message, { cause });
    if (isOfSystem(cause) && cause.syscall === 'symlink') {
      throw usageFailure(`--link: cannot make ${link ?? 'it'}: ${cause.message}`, { cause });
    }
    // What the system refuses is reported as it is; anything else means that there are no pseudo-terminals.
    if (isOfSystem(cause) || codeOf(cause) === 'EEXIST') throw cause;
    const why = messageOf(cause);
    throw new Error(`there are no pseudo-terminals here; use --tcp, or npm install @lydell/node-pty\n(${why})`, {
      cause,
    });
  });
  return { served, address: link ?? served.path };
}

/** The failure of an option whose port cannot be listened on. */
export function portFailure(option: string, cause: unknown): unknown {
  if (!isOfSystem(cause)) return cause;
  return new Error(`${cause.message}; choose another port for ${option}, or 0 for any that is free`, { cause });
}

/** Whether the operating system has refused something. Its errors may come from another realm, as in a test of jest. */
export function isOfSystem(cause: unknown): cause is NodeJS.ErrnoException {
  return types.isNativeError(cause) && 'syscall' in cause;
}
