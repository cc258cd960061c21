import { AF_INET } from '../../usocket/contract/constants';
import { isAddress } from '../../usocket/contract/inet';
import type { Endpoint } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { type Command, command, type Text } from './command';
import type { Dialect } from './dialect';
import { encryptions, type SoftApSettings } from './softApSettings';

/** AT 1.x is killed by a host name of 64 bytes (esp8266-driver issue 36), and ESP-AT takes 64. */
export const longestHostName = { nonos: 63, 'esp-at': 64 };
/** Most bytes of one `AT+CIPSEND`. */
export const longestSend = 2048;
/** The longest values that the firmware takes, in bytes. */
const longest = { ssid: 32, key: 64, host: 64, hostname: 32, serverName: 64, address: 15 };
/** The shortest key of a network that has one, in bytes. */
const shortestKey = 8;

/** The commands that all dialects spell alike. */
export const common = {
  test: command('AT'),
  echoOff: command('ATE0'),
  version: { ...command('AT+GMR'), isAnsweredFreely: true },
  noPassthrough: command('AT+CIPMODE', 0),
  multipleLinks: command('AT+CIPMUX', 1),
  askMultipleLinks: command('AT+CIPMUX?'),
  server: (port: number) => command('AT+CIPSERVER', 1, port),
  noServer: command('AT+CIPSERVER', 0),
  /** AT 1.6 and later: how many clients the server takes; 5 after a start. */
  mostClients: command('AT+CIPSERVERMAXCONN', 5),
  /** Seconds after which the server closes a quiet connection; 0 for never. */
  idleTimeout: (seconds: number) => command('AT+CIPSTO', seconds),
  closeOnlyLink: command('AT+CIPCLOSE'),
  closeAllLinks: command('AT+CIPCLOSE', 5),
  remoteAddress: (shown: boolean) => command('AT+CIPDINFO', shown ? 1 : 0),
  status: command('AT+CIPSTATUS'),
  /** AT 2.2.2 and later: the links alone. */
  askLinks: command('AT+CIPSTATE?'),
  /** AT 2.2 and later: how the station is doing. */
  askStation: command('AT+CWSTATE?'),
  /** The modem's addresses. */
  askOwnAddresses: { ...command('AT+CIFSR'), isAnsweredFreely: true },
  scan: command('AT+CWLAP'),
  leave: command('AT+CWQAP'),
  restart: command('AT+RST'),
  askHostname: command('AT+CWHOSTNAME?'),
  askTime: command('AT+CIPSNTPTIME?'),
  /** AT 2.1 and later: settings last until the next reset, and spare the flash. */
  volatileSettings: command('AT+SYSSTORE', 0),
  receiveMode: (passive: boolean) => command('AT+CIPRECVMODE', passive ? 1 : 0),
  close: (link: number) => command('AT+CIPCLOSE', link),
  send: (link: number, length: number) => command('AT+CIPSEND', link, length),
  sendTo: (link: number, length: number, { address, port }: Endpoint) =>
    command('AT+CIPSEND', link, length, addressText(address, 'sendto'), port),
  /** AT 2.1 and later. The first -1: a close waits as it always does; the last 0: a send waits as long as it takes. */
  noDelay: (link: number, noDelay: boolean) => command('AT+CIPTCPOPT', link, -1, noDelay ? 1 : 0, 0),
  /** AT 2.1 and later: whether a close of this number is a reset; 0 seconds of linger time are. */
  linger: (link: number, resets: boolean) => command('AT+CIPTCPOPT', link, resets ? 0 : -1, 0, 0),
  /** AT 1.7: the same. */
  closeMode: (link: number, resets: boolean) => command('AT+CIPCLOSEMODE', link, resets ? 1 : 0),
  receive: (link: number, size: number) => command('AT+CIPRECVDATA', link, size),
  /** How many bytes wait, of each link. */
  waiting: command('AT+CIPRECVLEN?'),
  askLine: command('AT+UART_CUR?'),
  /** Speed, data bits, stop bits, parity and flow control, until the next reset. */
  setLine: (...settings: readonly number[]) => command('AT+UART_CUR', ...settings),
  resolve: (host: string) => command('AT+CIPDOMAIN', hostText(host, 'getaddrinfo')),
  ping: (host: string) => command('AT+PING', hostText(host, 'ping')),

  hostname: (name: string) =>
    command('AT+CWHOSTNAME', {
      text: name,
      what: 'name',
      syscall: 'hostname',
      minBytes: 1,
      maxBytes: longest.hostname,
    }),

  /** The clock shows universal time. Without servers the firmware asks those that it was built with. */
  clock: (servers: readonly string[]) =>
    command('AT+CIPSNTPCFG', 1, 0, ...servers.map((server) => ({ ...hostText(server, 'time'), minBytes: 1 }))),

  /** NonOS gives an encrypted connection 2048 bytes otherwise, too few for the certificates of most servers. */
  encryptionBuffer: command('AT+CIPSSLSIZE', 4096),
  /** AT 2.1 and later: the name that an encrypted connection of this number asks for. */
  serverName: (link: number, name: string) =>
    command('AT+CIPSSLCSNI', link, {
      text: name,
      what: 'server name',
      syscall: 'connect',
      maxBytes: longest.serverName,
    }),

  startStream(link: number, address: string, port: number, keepAlive: number, type: 'TCP' | 'SSL' = 'TCP'): Command {
    const kind = linkType(type, 'connect');
    const host = addressText(address, 'connect');
    return keepAlive > 0
      ? command('AT+CIPSTART', link, kind, host, port, keepAlive)
      : command('AT+CIPSTART', link, kind, host, port);
  },

  /** From and to any peer: in mode 2 each datagram may have another one. */
  startDatagrams(link: number, localPort: number): Command {
    const anybody = addressText('0.0.0.0', 'bind');
    return command('AT+CIPSTART', link, linkType('UDP', 'bind'), anybody, localPort, localPort, 2);
  },
} as const;

/** The commands that AT 1.x has in a second form, with a suffix, that spares the flash. */
export function catalogueOf({ volatileSuffix: suffix }: Dialect) {
  return {
    stationMode: command(`AT+CWMODE${suffix}`, 1),
    stationAndSoftApMode: command(`AT+CWMODE${suffix}`, 3),
    /** 1.x wants the interface (1 is the station) and then the switch, ESP-AT the switch and then a bit for each: the same. */
    dhcp: command(`AT+CWDHCP${suffix}`, 1, 1),
    nameServersByDhcp: command(`AT+CIPDNS${suffix}`, 0),
    askMac: command(`AT+CIPSTAMAC${suffix}?`),
    askAddresses: command(`AT+CIPSTA${suffix}?`),
    askAccessPoint: command(`AT+CWJAP${suffix}?`),
    askNameServers: command(`AT+CIPDNS${suffix}?`),

    join(ssid: string | Uint8Array, key: string | Uint8Array): Command {
      return command(
        `AT+CWJAP${suffix}`,
        { text: ssid, what: 'SSID', syscall: 'connect', minBytes: 1, maxBytes: longest.ssid },
        { text: key, what: 'key', syscall: 'connect', maxBytes: longest.key, secret: true },
      );
    },

    softAp({ ssid, key, channel, encryption }: SoftApSettings): Command {
      const syscall = 'enable_ap';
      const isOpen = encryption === encryptions.OPEN;
      return command(
        `AT+CWSAP${suffix}`,
        { text: ssid, what: 'SSID', syscall, minBytes: 1, maxBytes: longest.ssid },
        {
          text: isOpen ? '' : key,
          what: 'key',
          syscall,
          minBytes: isOpen ? 0 : shortestKey,
          maxBytes: longest.key,
          secret: true,
        },
        channel,
        encryption,
      );
    },

    address: (ip: string, gateway: string, netmask: string) =>
      command(
        `AT+CIPSTA${suffix}`,
        ownAddressText(ip, 'address'),
        ownAddressText(gateway, 'gateway'),
        ownAddressText(netmask, 'netmask'),
      ),

    nameServers: (servers: readonly string[]) =>
      command(`AT+CIPDNS${suffix}`, 1, ...servers.map((server) => ownAddressText(server, 'name server'))),
  };
}

/** Queries that some firmware knows and other firmware does not: asked when the modem does not tell its version. */
export const probes = {
  /** AT 1.x. */
  volatileMode: command('AT+CWMODE_CUR?'),
  /** AT 2.1 and later. */
  store: command('AT+SYSSTORE?'),
  /** All. */
  mode: command('AT+CWMODE?'),
  /** AT 1.4 and later; AT 0.x does not know it. */
  memory: command('AT+SYSRAM?'),
  /** AT 1.4 to 1.7. */
  nameServers: command('AT+CIPDNS_CUR?'),
  /** AT 1.7, 2.1, and later. */
  receiveMode: command('AT+CIPRECVMODE?'),
} as const;

export type Catalogue = ReturnType<typeof catalogueOf>;

function linkType(text: 'TCP' | 'SSL' | 'UDP', syscall: string): Text {
  return { text, what: 'link type', syscall, maxBytes: 6 };
}

function addressText(text: string, syscall: string): Text {
  return { text, what: 'address', syscall, maxBytes: longest.host };
}

function ownAddressText(text: string, what: string): Text {
  if (typeof text === 'string' && isAddress(AF_INET, text)) {
    return { text, what, syscall: 'ifconfig', maxBytes: longest.address };
  }
  const message = `ifconfig: the ${what} ${JSON.stringify(text)} is no IPv4 address, '192.168.1.5'; nothing was sent`;
  throw new OSError('EINVAL', 'ifconfig', message);
}

function hostText(host: string, syscall: string): Text {
  return { text: host, what: 'host name', syscall, maxBytes: longest.host };
}
