import { Option, type Command } from 'commander';
import { once } from 'node:events';

import type { CommandContext } from '../manner/context';
import { usageFailure } from '../manner/exitCodes';
import { modemCommand, type ModemCommandOptions } from '../manner/modemCommand';
import { lineSettings } from '../manner/modemSettings';
import { reportOf } from '../manner/report';
import { openLine } from '../manner/openLine';
import { serveBridge } from '../bridge/serveBridge';

interface BridgeCommandOptions extends ModemCommandOptions {
  readonly listen: string;
  readonly origin: readonly string[];
}

const help = `
The URL has a token, which a page needs. One page at a time has the line, and the line is open only while a page has it.

Examples:
  rx-usocket bridge --port /dev/ttyUSB0
  rx-usocket bridge --port emulator: --listen 127.0.0.1:8266 --origin https://pages.example`;

/** `rx-usocket bridge`: serves a line to a page in a browser, which opens it with `webSocketUart`. */
export function bridgeCommand(context: CommandContext): Command {
  return modemCommand('bridge')
    .description('Serve a line to a page in a browser, over a WebSocket.')
    .option('--listen <address>', 'where to listen, as 127.0.0.1:8266; port 0 for any that is free', '127.0.0.1:0')
    .addOption(
      new Option('--origin <origin>', 'let pages from there connect, besides those of this machine; may be repeated')
        .argParser((origin, before: readonly string[]) => [...before, origin])
        .default([], 'none'),
    )
    .addHelpText('after', help)
    .action(async (options: BridgeCommandOptions) => {
      const { signal } = context;
      const report = reportOf(options, context);
      const settings = lineSettings(options, context);
      if (settings.baud === 'auto') throw usageFailure('--baud auto: the page finds the speed; give the first one');
      const { host, port } = parseListen(options.listen);
      if (!isLoopback(host))
        report.note(`Warning: other machines of the network can reach ${host}; the token is all that keeps them out.`);
      signal.throwIfAborted();
      const bridge = await serveBridge({
        host,
        port,
        origins: options.origin,
        open: () => openLine(settings, context),
        note: (text) => report.note(text),
      });
      report.result({ url: bridge.url }, ({ url }) => url);
      report.note('Ctrl-C ends it.');
      if (!signal.aborted) await once(signal, 'abort');
      await bridge.close();
      signal.throwIfAborted();
    });
}

function parseListen(text: string): { readonly host: string; readonly port: number } {
  const [, v6, name, port = ''] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name;
  if (host === undefined || Number(port) > 65_535)
    throw usageFailure(`--listen ${text}: it is an address and a port, as 127.0.0.1:8266`);
  return { host, port: Number(port) };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
