import { of } from 'rxjs';

import type { Arguments } from '../firmware/arguments';
import { errorCode, Refusal } from '../firmware/refusal';
import type { Command } from './command';
import { linkSetting, plainSetting } from './plainSetting';

const longestName = 64;
const mostProtocols = 5;

function quoted(text: string): string {
  return `"${text}"`;
}

/** The number of protocols, and then the protocols. */
function readProtocols(args: Arguments, at: number): readonly string[] {
  const count = args.number(at, 0, mostProtocols);
  if (args.count !== at + 1 + count) throw new Refusal('', errorCode.count);
  return Array.from({ length: count }, (_, index) => args.text(at + 1 + index, longestName));
}

/** TLS clients. Only the server's name has an effect here. No certificate is ever checked. */
export const tlsCommands: readonly Command[] = [
  {
    name: '+CIPSSLSIZE',
    since: { N: 1 },
    query: ({ memory }) => of(`+CIPSSLSIZE:${memory.settings.sslSize}\r\n`),
    set: ({ memory }, { args }) => void (memory.settings.sslSize = args.number(0, 2048, 4096)),
  },
  // NonOS has one setting for all links: bit 0 for our certificate, bit 1 for the peer's.
  plainSetting({
    name: '+CIPSSLCCONF',
    since: { N: 1.7 },
    initial: '0',
    read: (args) => String(args.number(0, 0, 3)),
  }),
  linkSetting({
    name: '+CIPSSLCCONF',
    since: { E: 2.1 },
    read: (args, at) => {
      args.limit(at + 3);
      const index = (position: number): number => (args.has(position) ? args.number(position, 0, 255) : 0);
      return { authentication: [args.number(at, 0, 3), index(at + 1), index(at + 2)] };
    },
    show: ({ authentication }) => authentication.join(','),
  }),
  linkSetting({
    name: '+CIPSSLCCN',
    since: { E: 2.1 },
    read: (args, at) => ({ commonName: args.text(at, longestName) }),
    show: ({ commonName }) => quoted(commonName),
  }),
  linkSetting({
    name: '+CIPSSLCSNI',
    since: { E: 2.1 },
    read: (args, at) => ({ serverName: args.text(at, longestName) }),
    show: ({ serverName }) => quoted(serverName),
  }),
  linkSetting({
    name: '+CIPSSLCALPN',
    since: { E: 2.1 },
    read: (args, at) => ({ protocols: readProtocols(args, at) }),
    show: ({ protocols }) => protocols.map(quoted).join(','),
  }),
  linkSetting({
    name: '+CIPSSLCPSK',
    since: { E: 2.1 },
    read: (args, at) => ({ sharedKey: [args.text(at, 32), args.text(at + 1, 32)] }),
    show: ({ sharedKey }) => sharedKey.map(quoted).join(','),
  }),
];
