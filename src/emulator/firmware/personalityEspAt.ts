import type { Personality } from './personality';

/** The nearest rate that the UART can divide the 80 MHz clock down to. ESP-AT shows it instead of the one asked for. */
function dividedBaud(baud: number): number {
  return Math.floor(80_000_000 / Math.max(1, Math.floor(80_000_000 / baud)));
}

/** ESP-AT 2.2.2 built for the ESP8266 family with 1 MB of flash. */
export const espAt222: Personality = {
  version: '2.2.2',
  family: 'E',
  level: 2.2,
  gmr:
    'AT version:2.2.2.0(6cdf453 - ESP8266 - Nov 18 2024 08:03:40)\r\nSDK version:v3.4-22-g967752e2\r\n' +
    'compile time(6118fc22):Nov 18 2024 08:03:52\r\nBin version:2.2.2(ESP8266_1MB)\r\n',
  echo: 'line',
  anyEscape: true,
  suffixes: false,
  words: false,
  busyRunning: '\r\nbusy p...\r\n',
  busySending: '\r\nbusy p...\r\n',
  // Both read from the library for the ESP32-C3 from 2.3 to 5.0, whose messages are the same.
  busyPerChunk: true,
  muteSends: true,
  failResult: '\r\nERROR\r\n',
  prompt: ['\r\nOK\r\n\r\n>'],
  passthroughPrompt: ['\r\nOK\r\n\r\n>'],
  passthroughQuit: '\r\n+QUITT\r\n',
  cancelsSend: true,
  sendOkIsAcknowledgement: false,
  sendFailOnClose: '\r\nSEND FAIL\r\n',
  sendFailFirst: true,
  closedAfterFailedStart: false,
  okAfterFailedHandshake: false,
  serverUnchanged: 'error',
  showsServer: true,
  block: 2880,
  segment: 1440,
  window: 5760,
  longestRead: 0x7fffffff,
  passiveAll: true,
  noticeEachArrival: false,
  closeAfterRead: true,
  sourceAddress: (address, port) => `,"${address}",${port}`,
  receivedHeader: (length, source) => `+CIPRECVDATA:${length}${source},`,
  idleLength: -1,
  scanFields: ({ ssid, bssid, channel, rssi, ecn }) => {
    const cipher = ecn > 1 ? '4' : '0';
    const known = [String(ecn), `"${ssid}"`, String(rssi), `"${bssid}"`, String(channel)];
    return [...known, '-7', '0', cipher, cipher, '7', '1'];
  },
  // pci_en, reconn_interval, listen_interval, scan_mode, pmf
  joinedFields: ({ channel, rssi }) => `${channel},${rssi},0,1,3,0,1`,
  // It writes "No AP" to its log.
  notJoined: '',
  disconnectFirst: true,
  dhcpTimeout: '',
  defaultMode: 0,
  joinNeedsKey: false,
  statusOff: 0,
  statusIdle: 1,
  domain: (address) => `+CIPDOMAIN:"${address}"\r\n`,
  ping: (ms) => `+PING:${ms}\r\n`,
  pingTimeout: '+PING:TIMEOUT\r\n',
  ram: '+SYSRAM:52340,48012',
  dinfo: (on) => `+CIPDINFO:${on ? 'true' : 'false'}`,
  maxConnections: (count) => `+CIPSERVERMAXCONN:${count}\r\n`,
  uart: (name, baud, rest) => `${name}:${dividedBaud(baud)},${rest}\r\n`,
  dhcpBits: (station, softAp) => (station ? 1 : 0) + (softAp ? 2 : 0),
  dns: (name, servers, own) => `${name}:${own ? 1 : 0},${servers.map((server) => `"${server}"`).join(',')}\r\n`,
  dnsServers: 3,
  day: (day) => String(day).padStart(2, ' '),
  uartFlow: 1,
  boot: [500, 1000],
};
