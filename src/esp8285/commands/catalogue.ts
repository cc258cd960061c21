import { AF_INET } from '../../usocket/contract/constants';
import { isAddress } from '../../usocket/contract/inet';
import type { Endpoint } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { type Command, command, type Text } from './command';
import type { Dialect } from './dialect';
import { encryptions, type SoftApSettings } from './softApSettings';

/**
 * The longest host name, in bytes. A name of 64 bytes crashes AT 1.x (esp8266-driver issue 36), and ESP-AT accepts 64.
 */
export const longestHostName = { nonos: 63, 'esp-at': 64 };
/** The most bytes of one `AT+CIPSEND`, and of one `AT+CIPSENDBUF`. */
export const longestSend = 2048;
/** The longest values that the firmware accepts, in bytes. */
const longest = { ssid: 32, key: 64, host: 64, hostname: 32, serverName: 64, address: 15 };
/** The shortest key of a network that has one, in bytes. */
const shortestKey = 8;

/** The commands that are the same in all dialects. */
export const common = {
  test: command('AT'),
  echoOff: command('ATE0'),
  echoOn: command('ATE1'),
  version: { ...command('AT+GMR'), isAnsweredFreely: true },
  noPassthrough: command('AT+CIPMODE', 0),
  multipleLinks: command('AT+CIPMUX', 1),
  askMultipleLinks: command('AT+CIPMUX?'),
  server: (port: number) => command('AT+CIPSERVER', 1, port),
  noServer: command('AT+CIPSERVER', 0),
  /** AT 1.6 and later: how many clients the server accepts. The default is 5. */
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
  /** AT 1.3 to 1.7: puts bytes into the send buffer of a TCP link. */
  sendSegment: (link: number, length: number) => command('AT+CIPSENDBUF', link, length),
  askSendBuffer: (link: number) => command('AT+CIPBUFSTATUS', link),
  sendTo: (link: number, length: number, { address, port }: Endpoint) =>
    command('AT+CIPSEND', link, length, addressText(address, 'sendto'), port),
  /** AT 2.1 and later. With -1, `AT+CIPCLOSE` works as usual. With the last 0, a send has no time-out. */
  noDelay: (link: number, noDelay: boolean) => command('AT+CIPTCPOPT', link, -1, noDelay ? 1 : 0, 0),
  /** AT 2.1 and later: whether closing this number resets its connection. A linger time of 0 s does. */
  linger: (link: number, resets: boolean) => command('AT+CIPTCPOPT', link, resets ? 0 : -1, 0, 0),
  /** The same for AT 1.7. */
  closeMode: (link: number, resets: boolean) => command('AT+CIPCLOSEMODE', link, resets ? 1 : 0),
  receive: (link: number, size: number) => command('AT+CIPRECVDATA', link, size),
  /** How many bytes wait on each link. */
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

  /** Sets the clock to universal time. Without servers, the firmware asks those that it was built with. */
  clock: (servers: readonly string[]) =>
    command('AT+CIPSNTPCFG', 1, 0, ...servers.map((server) => ({ ...hostText(server, 'time'), minBytes: 1 }))),

  /** NonOS has a buffer of 2048 bytes by default, which is too small for the certificates of most servers. */
  encryptionBuffer: command('AT+CIPSSLSIZE', 4096),
  /** AT 2.1 and later: the server name (SNI) for an encrypted connection with this number. */
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

  /** For any peer: in mode 2 each datagram may have a different one. */
  startDatagrams(link: number, localPort: number): Command {
    const anybody = addressText('0.0.0.0', 'bind');
    return command('AT+CIPSTART', link, linkType('UDP', 'bind'), anybody, localPort, localPort, 2);
  },
} as const;

/**
 * The commands that differ between dialects. AT 1.x has most of them in a second form, with a suffix, which spares the
 * flash.
 */
export function catalogueOf({ volatileSuffix: suffix }: Dialect) {
  return {
    stationMode: command(`AT+CWMODE${suffix}`, 1),
    stationAndSoftApMode: command(`AT+CWMODE${suffix}`, 3),
    /**
     * AT 1.x has the interface first (1 is the station) and then the switch. ESP-AT has the switch first and then one
     * bit for each interface. Both are `1,1`.
     */
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

/** Queries that only some firmware knows. They identify a modem that does not give its version. */
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
