import { type Command, Option } from 'commander';
import { basename } from 'node:path';

import { messageOf } from '../../usocket/contract/messageOf';
import { openBrowser } from '../../watch/serve/openBrowser';
import { type PageServer, servePage } from '../../watch/serve/pageServer';
import { serveRecording } from '../../watch/serve/serveRecording';
import { serveBridge, type ServedBridge } from '../bridge/serveBridge';
import { aborted } from '../console/aborted';
import type { CommandContext } from '../console/context';
import { usageFailure } from '../console/exitCodes';
import { lineCommand, type LineCommandOptions } from '../modem/modemCommand';
import { lineSettings } from '../modem/modemSettings';
import { openLine } from '../modem/openLine';
import { type Report, reportOf } from '../console/report';
import { namedFile } from '../options/namedFile';
import { parsePort } from '../options/values';
import { checkRecording } from '../serving/checkRecording';
import { cannotListen } from '../serving/serveUntilStopped';

interface WatchCommandOptions extends LineCommandOptions {
  readonly listen: number;
  readonly open?: true;
}

const loopback = '127.0.0.1';

const help = `
Without arguments, the page has a virtual modem and a playground. With --port, it runs the driver on that line. With a file, it
shows a recording that was saved in the page. A program of yours is watched with RX_USOCKET_WATCH=1; see docs/watch.md.

The page and the line are served on 127.0.0.1 only. The address has a token, so keep it to yourself.

Examples:
  rx-usocket watch --open
  rx-usocket watch --port /dev/ttyUSB0
  rx-usocket watch recording.txt`;

/** `rx-usocket watch`: serves the page, and what it is to show. */
export function watchCommand(context: CommandContext): Command {
  return lineCommand('watch')
    .description('Show a modem, its sockets and its line in a page of a browser.')
    .argument('[recording]', 'a file that the page shows')
    .addOption(
      new Option('--listen <port>', 'the port of 127.0.0.1 for the page; 0 for any that is free')
        .argParser(parsePort)
        .default(0),
    )
    .option('--open', 'open the page in the browser of this machine')
    .addHelpText('after', help)
    .action(async (recording: string | undefined, options: WatchCommandOptions) => {
      const { signal } = context;
      const report = reportOf(options, context);
      signal.throwIfAborted();
      const served =
        recording === undefined ? await servedLine(options, context, report) : await servedFile(recording, options);
      try {
        report.result({ url: served.url }, ({ url }) => url);
        if (options.open) await openBrowser(served.url, context.environment).catch(noted(report));
        report.note('Ctrl-C ends it.');
        await aborted(signal);
      } finally {
        await served.close();
      }
      signal.throwIfAborted();
    });
}

/** The page with a file. */
async function servedFile(file: string, { port, listen }: WatchCommandOptions): Promise<PageAt> {
  if (port !== undefined) throw usageFailure('a recording needs no --port; leave one of them out');
  const text = await namedFile(file);
  checkRecording(file, text);
  const recording = serveRecording({ name: basename(file), text });
  const page = await pageOn(listen, { more: recording.reply });
  return { url: `${page.url}#recording=${recording.token}`, close: () => page.close() };
}

/** The page with the line that the options or the environment name, or with none. */
async function servedLine(options: WatchCommandOptions, context: CommandContext, report: Report): Promise<PageAt> {
  const bridge = await bridgeOf(options, context, report);
  const page = await pageOn(options.listen).catch(async (error: unknown) => {
    await bridge?.close();
    throw error;
  });
  return {
    url: bridge ? `${page.url}#line=${encodeURIComponent(bridge.url)}` : page.url,
    close: async () => {
      await page.close();
      await bridge?.close();
    },
  };
}

async function bridgeOf(
  options: WatchCommandOptions,
  context: CommandContext,
  report: Report,
): Promise<ServedBridge | undefined> {
  if (options.port === undefined && !context.environment['RX_USOCKET_PORT']) return undefined;
  const settings = lineSettings(options, context);
  if (settings.baud === 'auto') throw usageFailure('--baud auto: the page finds the speed; give the first one');
  return serveBridge({
    host: loopback,
    port: 0,
    origins: [],
    open: () => openLine(settings, context),
    note: (text) => report.note(text),
  });
}

/** A page that is served. */
type PageAt = Pick<PageServer, 'url' | 'close'>;

/** Serves the page. The command runs until Ctrl-C, while a watched program ends whether it is watched or not. */
async function pageOn(port: number, options: Omit<Parameters<typeof servePage>[0], 'port'> = {}): Promise<PageServer> {
  const page = await servePage({ port, ...options }).catch(cannotListen({ host: loopback, port }));
  page.server.ref();
  return page;
}

function noted(report: Report): (error: unknown) => void {
  return (error) => {
    report.note(messageOf(error));
  };
}
