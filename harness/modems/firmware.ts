import type { Rule } from '../../src/testing';

/** The answers of a firmware to a driver that makes no mistake. They come at once. */
export interface Firmware {
  readonly rules: readonly Rule[];
  /** The prompt of a send. */
  readonly prompt: string;
  /** The answer to a passive read. */
  readonly read: (data: string) => string;
}

interface Wording {
  readonly version: string;
  readonly echoEnd: string;
  readonly prompt: string;
  readonly suffix: string;
  readonly passive: boolean;
  /** The queries that it knows, with their answers. */
  readonly queries: Readonly<Record<string, string>>;
}

function firmware({ version, echoEnd, prompt, suffix, passive, queries }: Wording): Omit<Firmware, 'read'> {
  const settings = ['CIPMODE=0', 'CIPSERVER=0', 'CIPMUX=1', 'CIPDINFO=0', 'CIPDINFO=1', `CWMODE${suffix}=1`, 'CWQAP'];
  const generation = suffix === '' ? ['SYSSTORE=0'] : [];
  const receiving: readonly Rule[] = passive ? [[/^AT\+CIPRECVMODE=[01]$/, '\r\nOK\r\n']] : [];
  return {
    prompt,
    rules: [
      ['AT', '\r\nOK\r\n'],
      ['ATE0', `ATE0${echoEnd}\r\nOK\r\n`],
      ['AT+GMR', version],
      ...[...settings, ...generation].map((setting): Rule => [`AT+${setting}`, '\r\nOK\r\n']),
      ...receiving,
      ...Object.entries(queries).map(([query, said]): Rule => [`AT+${query}?`, `+${query}:${said}\r\n\r\nOK\r\n`]),
      ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'],
      ['AT+CIPSTATUS', 'STATUS:2\r\n\r\nOK\r\n'],
      ['AT+CIPCLOSE=5', '\r\nOK\r\n'],
      [/^AT\+CIPCLOSE=([0-4])$/, '$1,CLOSED\r\n\r\nOK\r\n'],
      [/^AT\+CIPSTART=([0-4]),/, '$1,CONNECT\r\n\r\nOK\r\n'],
      [/^AT\+CIPSEND=[0-4],\d+(?:,".*)?$/, prompt],
      [/^AT/, '\r\nERROR\r\n'],
    ],
  };
}

/** AT 1.7.4 of the NonOS line (1 MB build): passive receive, settings with `_CUR`. */
export const nonos174: Firmware = {
  ...firmware({
    version:
      'AT version:1.7.4.0(May 11 2020 19:13:04)\r\nSDK version:3.0.4(9532ceb)\r\n' +
      'compile time:May 27 2020 10:12:17\r\nBin version(Wroom 02):1.7.4\r\nOK\r\n',
    echoEnd: '\r\r\n',
    prompt: '\r\nOK\r\n> ',
    suffix: '_CUR',
    passive: true,
    queries: { CWMODE: '1', CWMODE_CUR: '1', CIPRECVMODE: '0', CIPDNS_CUR: '192.168.1.1', SYSRAM: '29504' },
  }),
  read: (data) => `\r\n+CIPRECVDATA,${data.length}:${data}\r\nOK\r\n`,
};

/** AT 1.5 of the NonOS line: pushes received data. */
export const nonos15: Firmware = {
  ...nonos174,
  ...firmware({
    version:
      'AT version:1.5.0.0(Oct 24 2017 12:03:18)\r\nSDK version:2.1.0(ace2d95)\r\n' +
      'compile time:Oct 24 2017 12:03:18\r\nBin version(Wroom 02):1.5.1\r\nOK\r\n',
    echoEnd: '\r\r\n',
    prompt: '\r\nOK\r\n> ',
    suffix: '_CUR',
    passive: false,
    queries: { CWMODE: '1', CWMODE_CUR: '1', CIPDNS_CUR: '192.168.1.1', SYSRAM: '29504' },
  }),
};

/** AT 1.2 of the NonOS line: the same without a send buffer. */
export const nonos12: Firmware = {
  ...nonos15,
  ...firmware({
    version: 'AT version:1.2.0.0(Jul  1 2016 20:04:45)\r\nSDK version:1.5.4.1(39cb9a32)\r\n\r\nOK\r\n',
    echoEnd: '\r\r\n',
    prompt: '\r\nOK\r\n> ',
    suffix: '_CUR',
    passive: false,
    queries: { CWMODE: '1', CWMODE_CUR: '1' },
  }),
};

/** ESP-AT 2.2.2 for ESP8266: passive receive, settings without suffix. */
export const espAt222: Firmware = {
  ...firmware({
    version:
      'AT version:2.2.2.0(6cdf453 - ESP8266 - Nov 18 2024 08:03:40)\r\nSDK version:v3.4-22-g967752e2\r\n' +
      'compile time(6118fc22):Nov 18 2024 08:10:11\r\nBin version:2.2.2(ESP8266_1MB)\r\n\r\nOK\r\n',
    echoEnd: '\r\n',
    prompt: '\r\nOK\r\n\r\n>',
    suffix: '',
    passive: true,
    queries: { CWMODE: '1', SYSSTORE: '1', CIPRECVMODE: '0', SYSRAM: '29504,28000', CIPDNS: '0,"192.168.1.1"' },
  }),
  read: (data) => `+CIPRECVDATA:${data.length},${data}\r\nOK\r\n`,
};

/** AT 0.2x of 2014: no suffixes, no `Recv`, no passive receive. */
export const nonos02: Firmware = {
  ...nonos174,
  ...firmware({
    version: 'AT version:0.21.0.0\r\nSDK version:0.9.5\r\n\r\nOK\r\n',
    echoEnd: '\r\r\n',
    prompt: '> ',
    suffix: '',
    passive: false,
    queries: { CWMODE: '1' },
  }),
};
