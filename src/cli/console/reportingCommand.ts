import { Command, Option } from 'commander';

/** The options that every command has, as commander gives them. */
export interface ReportOptions {
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
}

/** Makes a command with the options that every command has. */
export function reportingCommand(name: string): Command {
  return new Command(name)
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'print nothing but the result and errors')
    .addOption(new Option('--verbose', 'print what is said on the line').conflicts('quiet'));
}
