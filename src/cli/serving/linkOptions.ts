import { type Command, Option } from 'commander';

import { parseDuration } from '../options/values';

/** How long connections wait, in milliseconds. */
export interface LinkTimes {
  readonly linkTimeout: number;
  readonly halfCloseTimeout: number;
}

/** Adds the options for how long connections wait. */
export function addLinkOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--link-timeout <time>', 'how long a connection waits for one of the five links')
        .argParser(parseDuration)
        .default(60_000, '1m'),
    )
    .addOption(
      new Option('--half-close-timeout <time>', 'how long a client that has ended its side waits for its answer')
        .argParser(parseDuration)
        .default(60_000, '1m'),
    );
}
