import type { CommandContext } from './context';
import { type Progress, progressBar, progressLines, silentProgress } from './progress';
import type { ReportOptions } from './reportingCommand';

/** How a command speaks. Standard output has results, and standard error everything else. */
export interface Report {
  /** Prints a line for people to standard output; nothing with `--json`. */
  text(line: string): void;
  /** Prints a line to standard error; nothing with `--quiet`. */
  note(line: string): void;
  /** Prints a line to standard error with `--verbose`. */
  detail(line: string): void;
  /** Prints a result to standard output: as a line of JSON with `--json`, as text otherwise. */
  result<T>(value: T, toText: (value: T) => string): void;
  /**
   * Shows how far a transfer is, on standard error: as a bar on a terminal, as a few lines elsewhere; nothing with
   * `--quiet`.
   *
   * @param total Bytes, if it is known.
   */
  progress(total?: number): Progress;
}

/** Makes the report of a command with these options. */
export function reportOf(
  { json, quiet, verbose }: ReportOptions,
  { output, errors, terminal }: CommandContext,
): Report {
  return {
    text: (line) => {
      if (!json) output.write(`${line}\n`);
    },
    note: (line) => {
      if (!quiet) errors.write(`${line}\n`);
    },
    detail: (line) => {
      if (verbose) errors.write(`${line}\n`);
    },
    result: (value, toText) => {
      output.write(`${json ? JSON.stringify(value) : toText(value)}\n`);
    },
    progress: (total) => {
      if (quiet) return silentProgress;
      return terminal ? progressBar(errors, total) : progressLines(errors, total);
    },
  };
}
