import { type Command, Option } from 'commander';

import type { LocalAddress } from '../../proxy/localServer';
import { proxyServer } from '../../proxy/proxyServer';
import type { CommandContext } from '../console/context';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { tellLosses } from '../modem/modemLoss';
import { reportOf } from '../console/report';
import { withModem } from '../modem/withModem';
import { addLinkOptions, type LinkTimes } from '../serving/linkOptions';
import { parseListen, shownAddress } from '../options/places';
import { serveUntilStopped, warnOfOthers } from '../serving/serveUntilStopped';

interface ProxyCommandOptions extends ModemCommandOptions, LinkTimes {
  readonly listen: LocalAddress;
}

const help = `
One port serves SOCKS5 and HTTP (CONNECT, and http:// in the form that apt, wget, git and pip use). Names are resolved by the
modem if the client lets the proxy do so: with socks5h:// in curl, and always with HTTP. The first line of standard output is
where it listens.

A modem has five connections at a time. Another one waits, and is refused after --link-timeout: with a SOCKS reply, or with
HTTP 503.

Examples:
  rx-usocket proxy --port /dev/ttyUSB0 --ssid my-ssid
  curl --proxy socks5h://127.0.0.1:1080 https://host.example/
  https_proxy=http://127.0.0.1:1080 git clone https://host.example/project.git
  apt-get -o Acquire::http::Proxy=http://127.0.0.1:1080 update
  ssh -o ProxyCommand='nc -X 5 -x 127.0.0.1:1080 %h %p' host.example`;

/** `rx-usocket proxy`: the way through the modem for every program that can use a proxy. */
export function proxyCommand(context: CommandContext): Command {
  const command = modemCommand('proxy')
    .description('Serve a SOCKS5 and HTTP proxy on this machine, whose connections go through the modem.')
    .addOption(
      new Option('--listen <address>', 'where to listen: <port> or <address>:<port>; port 0 for any that is free')
        .argParser(parseListen)
        .default({ host: '127.0.0.1', port: 1080 }, '127.0.0.1:1080'),
    );
  return addLinkOptions(command)
    .addHelpText('after', help)
    .action(async ({ listen, linkTimeout, halfCloseTimeout, ...options }: ProxyCommandOptions) => {
      const report = reportOf(options, context);
      warnOfOthers([listen], report);
      await withModem(options, context, async (nic, running) => {
        tellLosses(nic, report);
        const refused = (what: string, reason: string) => {
          report.note(`${what}: ${reason}`);
        };
        const server = proxyServer({ nic, linkTimeout, halfCloseTimeout, refused });
        await serveUntilStopped([{ server, listen }], running, ([address = listen]) => {
          report.result(address, shownAddress);
          report.note(`A proxy for SOCKS5 and HTTP: socks5h://${shownAddress(address)}. Ctrl-C ends it.`);
        });
      });
    });
}
