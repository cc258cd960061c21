import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

import { type Command, Option } from 'commander';
import { noop } from 'rxjs';

import type { CommandContext } from '../console/context';
import { CommandFailure, exitCodes } from '../console/exitCodes';
import { lineCommand, type LineCommandOptions } from '../modem/modemCommand';
import { lineSettings } from '../modem/modemSettings';
import { closeLine, openLine } from '../modem/openLine';
import { Dialogue } from '../terminal/dialogue';
import { hasKey, shownFrame, withoutKeys } from '../terminal/shownFrame';
import { parseDuration } from '../options/values';

interface TermOptions extends LineCommandOptions {
  readonly timeout: number;
}

const help = `
A line that does not belong to an answer has a # before it, and payloads are shown as a dump of their bytes. Keys are hidden,
and are not kept in the history. Ctrl-D ends it. After a prompt (>) the next line is sent as it is, without a line end.

Without a terminal the lines of standard input are a script: each one waits for the answer to the one before. The exit code
is 1 if the modem refuses one of them, or does not answer it.

Examples:
  rx-usocket term --port /dev/ttyUSB0
  printf 'AT\\nAT+GMR\\n' | rx-usocket term --port /dev/ttyUSB0`;

/** `rx-usocket term`: AT commands by hand. */
export function termCommand(context: CommandContext): Command {
  return lineCommand('term')
    .description('Speak AT with a modem by hand, or by a script on standard input.')
    .addOption(
      new Option('--timeout <time>', 'how long an answer may take in a script')
        .argParser(parseDuration)
        .default(20_000, '20s'),
    )
    .addHelpText('after', help)
    .action(async (options: TermOptions) => {
      const line = openLine(lineSettings(options, context), context);
      const { signal, output, input } = context;
      const isTyped = context.terminal && 'isTTY' in input && input.isTTY === true;
      const lines = createInterface({ input, ...(isTyped && { output, terminal: true, prompt: '' }) });
      lines.on('history', (history: string[]) =>
        history.splice(0, Infinity, ...history.filter((each) => !hasKey(each))),
      );
      const dialogue = new Dialogue(line);
      let lost: unknown;
      const shown = dialogue.frames$.subscribe({
        next: (frame) => {
          output.write(`${shownFrame(frame)}\n`);
        },
        error: (error: unknown) => {
          lost = error;
          lines.close();
        },
      });
      const close = () => {
        lines.close();
      };
      signal.addEventListener('abort', close);
      try {
        signal.throwIfAborted();
        await (isTyped ? converse(lines, dialogue) : run(lines, dialogue, options.timeout, context));
        signal.throwIfAborted();
        if (lost instanceof Error) throw new CommandFailure(lost.message, exitCodes.line, { cause: lost });
      } finally {
        signal.removeEventListener('abort', close);
        shown.unsubscribe();
        lines.close();
        await closeLine(line);
      }
    });
}

/** Says what is typed, at once. */
async function converse(lines: Interface, dialogue: Dialogue): Promise<void> {
  let wantsData = false;
  const prompts = dialogue.frames$.subscribe({
    next: ({ kind }) => {
      if (kind === 'prompt') wantsData = true;
    },
    // The caller is told of it, too.
    error: noop,
  });
  lines.on('line', (line) => {
    const said = wantsData ? dialogue.write(line) : dialogue.say(line);
    wantsData = false;
    said.catch(() => {
      lines.close();
    });
  });
  const interrupted = new AbortController();
  lines.once('SIGINT', () => {
    interrupted.abort(new CommandFailure('', exitCodes.interrupted));
    lines.close();
  });
  await once(lines, 'close');
  prompts.unsubscribe();
  interrupted.signal.throwIfAborted();
}

/** Says the lines of a script one after the other. */
async function run(lines: Interface, dialogue: Dialogue, timeout: number, { signal }: CommandContext): Promise<void> {
  let failures = 0;
  let isData = false;
  for await (const line of lines) {
    if (line.trim() === '' && !isData) continue;
    const answer = await dialogue.ask(line, isData, timeout, signal);
    if (answer === undefined) return;
    isData = answer === 'wants data';
    if (answer === 'silent') {
      throw new CommandFailure(`no answer to ${withoutKeys(line)} within ${timeout / 1000} s`, exitCodes.modem);
    }
    if (answer === 'failed') failures += 1;
  }
  if (failures > 0) throw new CommandFailure('', exitCodes.failed);
}
