import { Option, type Command } from 'commander';

import { aborted } from '../console/aborted';
import type { CommandContext } from '../console/context';
import { exitCodes, usageFailure } from '../console/exitCodes';
import { lineCommand, type LineCommandOptions } from '../modem/modemCommand';
import { type LineSettings, lineSettings } from '../modem/modemSettings';
import { type Report, reportOf } from '../console/report';
import { closeLine, lineFailure, lineOpened, openLine } from '../modem/openLine';
import { serveBridge } from '../bridge/serveBridge';
import { isLoopback, type LocalAddress } from '../../proxy/localServer';
import { parseListen, parseOrigin, shownAddress } from '../options/places';
import { cannotListen } from '../serving/serveUntilStopped';

interface BridgeCommandOptions extends LineCommandOptions {
  readonly listen: LocalAddress;
  readonly origin: readonly string[];
}

const help = `
The URL has a token, which a page needs. One page at a time has the line, and the line is open only while a page has it.

Examples:
  rx-usocket bridge --port /dev/ttyUSB0
  rx-usocket bridge --port emulator: --listen 127.0.0.1:8266 --origin https://pages.example`;

/** `rx-usocket bridge`: serves a line to a page in a browser, which opens it with `webSocketUart`. */
export function bridgeCommand(context: CommandContext): Command {
  return lineCommand('bridge')
    .description('Serve a line to a page in a browser, over a WebSocket.')
    .addOption(
      new Option('--listen <address>', 'where to listen: <port> or <address>:<port>; port 0 for any that is free')
        .argParser(parseListen)
        .default({ host: '127.0.0.1', port: 0 }, '127.0.0.1:0'),
    )
    .addOption(
      new Option('--origin <origin>', 'let pages from there connect, besides those of this machine; may be repeated')
        .argParser((text, before: readonly string[]) => [...before, parseOrigin(text)])
        .default([], 'none'),
    )
    .addHelpText('after', help)
    .action(async (options: BridgeCommandOptions) => {
      const { signal } = context;
      const report = reportOf(options, context);
      const settings = lineSettings(options, context);
      if (settings.baud === 'auto') throw usageFailure('--baud auto: the page finds the speed; give the first one');
      const { listen } = options;
      if (!isLoopback(listen.host)) {
        report.note(
          `Warning: other machines can reach ${shownAddress(listen)}; nothing but the token keeps them from the modem.`,
        );
      }
      signal.throwIfAborted();
      await tryLine(settings, context, report);
      const bridge = await serveBridge({
        ...listen,
        origins: options.origin,
        open: () => openLine(settings, context),
        note: (text) => report.note(text),
      }).catch(cannotListen(listen));
      report.result({ url: bridge.url }, ({ url }) => url);
      report.note('Ctrl-C ends it.');
      await aborted(signal);
      await bridge.close();
      signal.throwIfAborted();
    });
}

/**
 * Opens the line once, and says why it cannot be opened, which a user would not learn before a page comes. A device that is
 * missing may be there by then. Rejects for a port that no page could open.
 */
async function tryLine(settings: LineSettings, context: CommandContext, report: Report): Promise<void> {
  const line = openLine(settings, context);
  try {
    await lineOpened(line, context);
  } catch (error) {
    context.signal.throwIfAborted();
    const failure = lineFailure(error);
    if (failure.exitCode === exitCodes.usage) throw failure;
    report.note(`The line cannot be opened now; it is tried again when a page comes: ${failure.message}`);
  } finally {
    await closeLine(line);
  }
}
