import type { Command } from 'commander';
import { asyncScheduler, tap } from 'rxjs';

import { serveUartOnPty, serveUartOnTcp } from '../../emulator';
import { type Replay, replayUart } from '../../testing';
import { messageOf } from '../../usocket/contract/messageOf';
import { parseHeader, type RecordingHeader } from '../../watch/recordings/recordingHeader';
import { aborted } from '../console/aborted';
import type { CommandContext } from '../console/context';
import { CommandFailure, exitCodes, usageFailure } from '../console/exitCodes';
import { reportingCommand } from '../console/reportingCommand';
import { reportOf } from '../console/report';
import { namedFile } from '../options/namedFile';
import { serveLine, type ServeLineOptions, withServeOptions } from '../serving/serveLine';

const help = `
The first line of standard output is what to open. The modem sends each piece when the program has sent everything that came
before it in the recording, and after the recorded time. If the program sends anything else, the line is lost, and the command
fails and says what was expected. In the place of a hidden key, any key of the same length does.

Ctrl-C ends the command. The exit code is 0 if everything has been replayed, and 1 otherwise.

Examples:
  rx-usocket replay modem.txt --link /tmp/modem
  rx-usocket replay modem.txt --tcp 3000`;

/** `rx-usocket replay`: serves a recording as a modem. */
export function replayCommand(context: CommandContext): Command {
  return withServeOptions(reportingCommand('replay'))
    .description('Serve a recording of a line as a modem that sends the same bytes again.')
    .argument('<file>', 'a recording, as record writes it')
    .addHelpText('after', help)
    .action(async (file: string, options: ServeLineOptions) => {
      const report = reportOf(options, context);
      const failing = new AbortController();
      const { replay, missing } = await replayOf(file);
      if (missing !== undefined) report.note(`Warning: ${missing}`);
      const { uart, rest } = replay;
      const watched = {
        ...uart,
        rx$: uart.rx$.pipe(
          tap({
            error: (error: unknown) => {
              failing.abort(error);
            },
          }),
        ),
      };
      const { served, address } = await serveLine(options, {
        pty: (settings) => serveUartOnPty(watched, settings),
        tcp: (settings) => serveUartOnTcp(watched, settings),
      });
      try {
        report.result({ line: address }, ({ line }) => line);
        report.note(`Replays ${file}. Ctrl-C ends it.`);
        await aborted(AbortSignal.any([context.signal, failing.signal]));
      } finally {
        await served.close();
      }
      failing.signal.throwIfAborted();
      const left = rest();
      if (left !== '') throw new CommandFailure(unfinished(file, left), exitCodes.failed);
    });
}

/** The replay of a file, and what the file says to be missing in it. */
async function replayOf(file: string): Promise<{ readonly replay: Replay; readonly missing: string | undefined }> {
  const recording = (await namedFile(file)).toString();
  try {
    const replay = replayUart(recording, { scheduler: asyncScheduler });
    return { replay, missing: missingIn(headersOf(recording), file) };
  } catch (cause) {
    throw usageFailure(`${file}: ${messageOf(cause)}`, { cause });
  }
}

/** Recordings can be joined, so there may be several. */
function headersOf(recording: string): readonly RecordingHeader[] {
  const headers = recording.split(/\r?\n/).map((line, index) => parseHeader(line, index + 1));
  return headers.filter((header) => header !== undefined);
}

function missingIn(headers: readonly RecordingHeader[], file: string): string | undefined {
  if (headers.some(({ bytes }) => bytes !== 'all')) {
    return `${file} does not have all bytes, because payloads were not shown all the time when it was saved; the replay will stop.`;
  }
  if (headers.some(({ isCut }) => isCut)) return `the beginning of ${file} is missing, with the set-up of the modem.`;
  return undefined;
}

function unfinished(file: string, left: string): string {
  const lines = left.split('\n');
  return `${lines.length - 1} lines of ${file} have not been replayed; the next one is ${lines[0] ?? ''}`;
}
