import { CommanderError } from 'commander';

import { explained } from '../../proxy/refusal';
import { messageOf } from '../../usocket/contract/messageOf';

/** The exit codes of all commands. A signal gives 128 and its number, as in a shell: 130 for Ctrl-C. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  line: 3,
  modem: 4,
  network: 5,
  interrupted: 130,
} as const;

/** The same table for people: in `--help` and in docs/command-line.md. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'the command has done what it was asked to do',
  failed: 'the modem refused, or a host refused or did not answer',
  usage: 'an argument or a setting is missing or wrong; nothing was sent',
  line: 'the port cannot be opened, or was lost',
  modem: 'the modem is silent, its answers make no sense, or its firmware cannot be used',
  network: 'the network cannot be joined, or there is none',
  interrupted: 'Ctrl-C ended the command; other signals have other codes from 129 up',
};

/** The failure of a command, with the exit code that tells a script about it. An empty message is not printed. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    message: string,
    readonly exitCode: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A setting that is missing or wrong. */
export function usageFailure(message: string, options?: ErrorOptions): CommandFailure {
  return new CommandFailure(message, exitCodes.usage, options);
}

/** An error as the failure of a command. */
export function failureOf(cause: unknown, exitCode: number, advice = ''): CommandFailure {
  return new CommandFailure(`${messageWithCause(cause)}${advice}`, exitCode, { cause });
}

/**
 * What an error says, and its cause. A socket of Node.js says `connect ETIMEDOUT 10.0.0.1:80`; what the modem has answered and
 * what to try is in the cause.
 */
export function messageWithCause(error: unknown): string {
  const message = messageOf(error);
  if (!(error instanceof Error && 'syscall' in error)) return message;
  return error.cause instanceof Error && 'syscall' in error.cause ? explained(error) : message;
}

/** The operating system's code of an error, such as `'ENODEV'`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The exit code of a command that failed with this error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number') return error.exitCode;
  const code = codeOf(error);
  // An argument that the interface refuses before it sends anything.
  if (code === 'EINVAL') return exitCodes.usage;
  return code === 'ENETUNREACH' ? exitCodes.network : exitCodes.failed;
}
