import type { Personality } from './personality';

/** AT 1.7.4 on SDK 3.0.4, the "nano" build for 1 MB of flash: the oldest with passive receive for an ESP8285. */
export const nonos174: Personality = {
  version: '1.7.4',
  family: 'N',
  level: 1.7,
  // The line that the maker of a module can choose has no line end.
  gmr:
    'AT version:1.7.4.0(May 11 2020 19:13:04)\r\nSDK version:3.0.4(9532ceb)\r\n' +
    'compile time:May 27 2020 10:12:17\r\nBin version(Wroom 02):1.7.4',
  echo: 'bytes',
  anyEscape: false,
  suffixes: true,
  words: true,
  busyRunning: '\r\nbusy p...\r\n',
  busySending: '\r\nbusy s...\r\n',
  busyPerChunk: false,
  muteSends: false,
  failResult: '\r\nFAIL\r\n',
  prompt: ['\r\nOK\r\n', '> '],
  passthroughPrompt: ['\r\nOK\r\n', '\r\n>'],
  passthroughQuit: '+QUITT\r\n',
  cancelsSend: false,
  sendOkIsAcknowledgement: true,
  sendFailOnClose: 'SEND FAIL\r\n',
  sendFailFirst: false,
  closedAfterFailedStart: true,
  okAfterFailedHandshake: true,
  serverUnchanged: 'no change',
  showsServer: false,
  block: 1460,
  segment: 1460,
  window: 5840,
  // ARMmbed/esp8266-driver, pull request 108.
  longestRead: 2048,
  passiveAll: false,
  noticeEachArrival: true,
  closeAfterRead: false,
  sourceAddress: (address, port) => `,${address},${port}`,
  receivedHeader: (length) => `\r\n+CIPRECVDATA,${length}:`,
  idleLength: 0,
  scanFields: ({ ssid, bssid, channel, rssi, ecn }) => [
    String(ecn),
    `"${ssid}"`,
    String(rssi),
    `"${bssid}"`,
    String(channel),
    '-7',
    '0',
  ],
  joinedFields: ({ channel, rssi }) => `${channel},${rssi},0`,
  notJoined: 'No AP\r\n',
  disconnectFirst: false,
  dhcpTimeout: 'DHCP TIMEOUT\r\n',
  defaultMode: 2,
  joinNeedsKey: true,
  statusOff: 5,
  statusIdle: 5,
  domain: (address) => `+CIPDOMAIN:${address}\r\n`,
  ping: (ms) => `+${ms}\r\n`,
  pingTimeout: '+timeout\r\n',
  ram: '+SYSRAM:39152\r\n',
  dinfo: (on) => `+CIPDINFO:${on ? 'TRUE' : 'FALSE'}`,
  maxConnections: (count) => `+CIPSERVERMAXCONN:${count}`,
  uart: (name, baud, rest) => `${name}:${baud},${rest}`,
  dhcpBits: (station, softAp) => (softAp ? 1 : 0) + (station ? 2 : 0),
  dns: (name, servers) => servers.map((server) => `${name}:${server}\r\n`).join(''),
  dnsServers: 2,
  day: (day) => String(day).padStart(2, '0'),
  uartFlow: 0,
  boot: [300, 500],
};

/** AT 1.5 on SDK 2.1.0: active receive only. The older MaixPy boards are believed to have it. */
export const nonos15: Personality = {
  ...nonos174,
  version: '1.5',
  level: 1.5,
  gmr:
    'AT version:1.5.0.0(Oct 24 2017 12:03:18)\r\nSDK version:2.1.0(ace2d95)\r\n' +
    'compile time:Oct 24 2017 12:03:22\r\nBin version(Wroom 02):1.5.1',
  // 1.7 appended the pci setting.
  joinedFields: ({ channel, rssi }) => `${channel},${rssi}`,
};
