import type { Command } from 'commander';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { tap } from 'rxjs';

import { serveUartOnPty, serveUartOnTcp } from '../../emulator';
import type { Uart } from '../../streams';
import { recordUart } from '../../testing';
import { withoutPassword } from '../../transports';
import { formatHeader } from '../../watch/recordings/recordingHeader';
import { aborted } from '../console/aborted';
import type { CommandContext } from '../console/context';
import { usageFailure } from '../console/exitCodes';
import { lineCommand, type LineCommandOptions } from '../modem/modemCommand';
import { lineSettings } from '../modem/modemSettings';
import { closeLine, lineFailure, lineOpened, openLine } from '../modem/openLine';
import { reportOf } from '../console/report';
import { isOfSystem, serveLine, type ServeLineOptions, withServeOptions } from '../serving/serveLine';

type RecordOptions = LineCommandOptions & ServeLineOptions;

const help = `
The first line of standard output is what the program opens instead of the modem. What it sends goes to the modem, and what the
modem sends goes to it. Both are recorded, with their times, as text. Each character of the key of a network is recorded as *,
in commands and in echoes; payloads are recorded as they are. A recording that is there already is never overwritten.

The line keeps the speed of --baud, so the program must not change the modem's (AT+UART_CUR).

Ctrl-C ends the recording.

Examples:
  rx-usocket record modem.txt --port /dev/ttyUSB0 --link /tmp/modem
  rx-usocket record modem.txt --port tcp://192.168.1.7:3000 --tcp 3001
  rx-usocket replay modem.txt`;

/** `rx-usocket record`: stands between a program and a modem, and records what they say. */
export function recordCommand(context: CommandContext): Command {
  return withServeOptions(lineCommand('record'))
    .description('Stand between another program and a modem, and record what both say.')
    .argument('<file>', 'the recording')
    .addHelpText('after', help)
    .action(async (file: string, options: RecordOptions) => {
      const settings = lineSettings(options, context);
      if (settings.baud === 'auto') throw usageFailure('record cannot look for the speed; give it with --baud');
      context.signal.throwIfAborted();
      const line = openLine(settings, context);
      try {
        // A line that cannot be opened leaves no file.
        await lineOpened(line, context);
        const out = await create(file);
        try {
          const name = withoutPassword(settings.port);
          out.write(formatHeader({ name, begins: Date.now(), hasEvents: false, bytes: 'all', isCut: false }));
          out.write(`# Recorded by rx-usocket from ${name} at ${settings.baud} baud.\n`);
          await tapLine(line, out, file, options, context);
        } finally {
          // The key filter holds back what follows a key until the line has ended.
          await closeLine(line);
          await new Promise((resolve) => out.end(resolve));
        }
      } finally {
        await closeLine(line);
      }
    });
}

/** Serves the line and records it until the command is aborted. Rejects when the line or the file is lost. */
async function tapLine(
  line: Uart,
  out: WriteStream,
  file: string,
  options: RecordOptions,
  context: CommandContext,
): Promise<void> {
  const report = reportOf(options, context);
  const failing = new AbortController();
  out.on('error', (cause) => {
    failing.abort(cause);
  });
  const watched = watchedLine(line, (cause) => {
    failing.abort(lineFailure(cause));
  });
  const recorded = recordUart(watched, {
    sink: (text) => {
      out.write(text);
      if (options.verbose) report.detail(text.trimEnd());
    },
  });
  const { served, address } = await serveLine(options, {
    pty: (settings) => serveUartOnPty(recorded, settings),
    tcp: (settings) => serveUartOnTcp(recorded, settings),
  });
  try {
    report.result({ line: address, file }, (result) => result.line);
    report.note(`Records to ${file}. Ctrl-C ends it.`);
    await aborted(AbortSignal.any([context.signal, failing.signal]));
  } finally {
    await served.close();
  }
  failing.signal.throwIfAborted();
}

/** The same line, which tells when it is lost. */
function watchedLine(line: Uart, lost: (cause: unknown) => void): Uart {
  const { hold } = line;
  return {
    rx$: line.rx$.pipe(tap({ error: lost })),
    readiness$: line.readiness$,
    write: (bytes) => line.write(bytes),
    close: () => line.close(),
    ...(hold && { hold }),
  };
}

/** Makes a file that is not there yet, because a recording cannot be made again. */
async function create(file: string): Promise<WriteStream> {
  const out = createWriteStream(file, { flags: 'wx' });
  await once(out, 'open').catch((cause: unknown) => {
    if (!isOfSystem(cause)) throw cause;
    const why = `cannot write ${file}: ${cause.message}`;
    const isThere = cause.code === 'EEXIST';
    throw usageFailure(isThere ? `${file} is there already; choose another name, or remove it` : why, { cause });
  });
  return out;
}
