import { describe, expect, it } from '@jest/globals';
import { catchError, type Observable, of, VirtualTimeScheduler } from 'rxjs';

import type { ESP8285 } from '../../../src/esp8285';
import type { Rule } from '../../../src/testing';
import { nonos174 } from '../../../harness/modems/firmware';
import { stage } from '../../../harness/modems/stage';

type Ask = (nic: ESP8285) => Observable<unknown>;

/** What an operation makes of an answer. */
function outcomeOf(ask: Ask, script: readonly Rule[]): unknown {
  const scheduler = new VirtualTimeScheduler();
  const { nic } = stage(scheduler, { firmware: nonos174, script });
  let outcome: unknown;
  ask(nic)
    .pipe(catchError((error: unknown) => of(error)))
    .subscribe((told) => (outcome = told));
  scheduler.flush();
  return outcome;
}

const said = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\nOK\r\n`;
const mac = 'aa:bb:cc:dd:ee:ff';
const noAp: Rule = ['AT+CWJAP_CUR?', said('No AP')];

const ifconfig: Ask = (nic) => nic.ifconfig$();
const rssi: Ask = (nic) => nic.rssi$();
const address: Ask = (nic) => nic.mac$();
const ping: Ask = (nic) => nic.ping$('a.example');
const resolve: Ask = (nic) => nic.resolve('a.example');
const hostname: Ask = (nic) => nic.hostname$();
const time: Ask = (nic) => nic.time$();

const plan = (...lines: string[]): Rule => ['AT+CIPSTA_CUR?', said(...lines)];
const joined = (line: string): readonly Rule[] => [
  plan('+CIPSTA_CUR:ip:"192.0.2.5"', '+CIPSTA_CUR:gateway:"192.0.2.1"', '+CIPSTA_CUR:netmask:"255.255.255.0"'),
  ['AT+CWJAP_CUR?', said(line)],
];
const onNetwork = (bssid: string, ssid: string) => ['192.0.2.5', '255.255.255.0', '192.0.2.1', '0', '0', bssid, ssid];
const refused = '\r\nERROR\r\n';
const clock = (line: string): readonly Rule[] => [
  [/^AT\+CIPSNTPCFG/, '\r\nOK\r\n'],
  ['AT+CIPSNTPTIME?', said(line)],
];
const christmas = Date.UTC(2026, 11, 5, 2, 33, 32);

/** Answers as firmwares of several makers and ages have been logged; names and addresses changed. */
const forms: readonly (readonly [string, Ask, readonly Rule[], unknown])[] = [
  ['CWJAP of AT 1.x', ifconfig, joined(`+CWJAP_CUR:"net","${mac}",6,-52`), onNetwork(mac, 'net')],
  ['CWJAP of AT 1.7', ifconfig, joined(`+CWJAP_CUR:"net","${mac}",6,-52,0`), onNetwork(mac, 'net')],
  ['CWJAP of ESP-AT', ifconfig, joined(`+CWJAP:"net","${mac}",6,-52,0,1,3,0,1`), onNetwork(mac, 'net')],
  ['CWJAP of the flash', ifconfig, joined(`+CWJAP_DEF:"net","${mac}",6,-52`), onNetwork(mac, 'net')],
  ['CWJAP, name and address', ifconfig, joined(`+CWJAP:"net","${mac}"`), onNetwork(mac, 'net')],
  ['CWJAP, the name alone', ifconfig, joined('+CWJAP:"net"'), onNetwork('', 'net')],
  ['CWJAP, name and a number', ifconfig, joined('+CWJAP:"net",6'), onNetwork('', 'net')],
  ['CWJAP with blanks', ifconfig, joined(`+CWJAP: "net", "${mac}", 6, -52`), onNetwork(mac, 'net')],
  [
    'CWJAP with a name that looks like fields',
    ifconfig,
    joined(`+CWJAP_CUR:"a","${mac}",1,-1","${mac}",6,-52`),
    onNetwork(mac, `a","${mac}",1,-1`),
  ],
  ['the signal', rssi, joined(`+CWJAP_CUR:"net","${mac}",6,-52`), -52],

  ['CIPSTA of AT 0.2x', ifconfig, [plan('+CIPSTA:"192.0.2.5"'), noAp], ['192.0.2.5', '', '', '0', '0', '', '']],
  [
    'CIPSTA without quotes',
    ifconfig,
    [plan('+CIPSTA:ip:192.0.2.5', '+CIPSTA:gateway:192.0.2.1', '+CIPSTA:netmask:255.255.255.0'), noAp],
    onNetwork('', ''),
  ],
  [
    'CIPSTA with blanks',
    ifconfig,
    [plan('+CIPSTA: ip: "192.0.2.5"', '+CIPSTA: gateway: "192.0.2.1"', '+CIPSTA: netmask: "255.255.255.0"'), noAp],
    onNetwork('', ''),
  ],
  [
    'CIPSTA with IPv6 behind',
    ifconfig,
    [
      plan(
        '+CIPSTA:ip:"192.0.2.5"',
        '+CIPSTA:gateway:"192.0.2.1"',
        '+CIPSTA:netmask:"255.255.255.0"',
        '+CIPSTA:ip6ll:"fe80::1"',
      ),
      noAp,
    ],
    onNetwork('', ''),
  ],
  [
    'CIFSR of AT 1.x instead of CIPSTA',
    ifconfig,
    [
      ['AT+CIPSTA_CUR?', refused],
      ['AT+CIFSR', said('+CIFSR:APIP,"192.168.4.1"', '+CIFSR:STAIP,"192.0.2.5"', '+CIFSR:STAMAC,"02:00:00:00:00:01"')],
      noAp,
    ],
    ['192.0.2.5', '', '', '0', '0', '', ''],
  ],
  [
    'CIFSR of AT 0.9',
    ifconfig,
    [['AT+CIPSTA_CUR?', refused], ['AT+CIFSR', said('192.0.2.5')], noAp],
    ['192.0.2.5', '', '', '0', '0', '', ''],
  ],

  ['CIPSTAMAC', address, [['AT+CIPSTAMAC_CUR?', said(`+CIPSTAMAC_CUR:"${mac}"`)]], mac],
  [
    'CIPSTAMAC of ESP-AT, in capitals',
    address,
    [['AT+CIPSTAMAC_CUR?', said(`+CIPSTAMAC:"${mac.toUpperCase()}"`)]],
    mac,
  ],
  ['CIPSTAMAC without quotes, with a blank', address, [['AT+CIPSTAMAC_CUR?', said(`+CIPSTAMAC: ${mac}`)]], mac],
  ['CIPSTAMAC with dashes', address, [['AT+CIPSTAMAC_CUR?', said('+CIPSTAMAC_DEF:"AA-BB-CC-DD-EE-FF"')]], mac],

  ['PING of AT 1.x', ping, [[/PING/, said('+12')]], 12],
  ['PING of ESP-AT', ping, [[/PING/, said('+PING:12')]], 12],
  ['PING with a blank and a unit', ping, [[/PING/, said('+ping: 12 ms')]], 12],

  ['CIPDOMAIN of AT 1.x', resolve, [[/DOMAIN/, said('+CIPDOMAIN:192.0.2.7')]], ['192.0.2.7']],
  ['CIPDOMAIN with quotes', resolve, [[/DOMAIN/, said('+CIPDOMAIN:"192.0.2.7"')]], ['192.0.2.7']],
  ['CIPDOMAIN with a blank', resolve, [[/DOMAIN/, said('+CIPDOMAIN: 192.0.2.7')]], ['192.0.2.7']],
  ['CIPDOMAIN with the name', resolve, [[/DOMAIN/, said('+CIPDOMAIN:"a.example","192.0.2.7"')]], ['192.0.2.7']],
  [
    'CIPDOMAIN, several',
    resolve,
    [[/DOMAIN/, said('+CIPDOMAIN:192.0.2.7', '+CIPDOMAIN:192.0.2.8')]],
    ['192.0.2.7', '192.0.2.8'],
  ],

  ['CWHOSTNAME', hostname, [['AT+CWHOSTNAME?', said('+CWHOSTNAME:my board')]], 'my board'],
  ['CWHOSTNAME with quotes', hostname, [['AT+CWHOSTNAME?', said('+CWHOSTNAME:"my board"')]], 'my board'],
  ['CWHOSTNAME with a blank', hostname, [['AT+CWHOSTNAME?', said('+CWHOSTNAME: board')]], 'board'],

  ['CIPSNTPTIME, the day with a zero', time, clock('+CIPSNTPTIME:Sat Dec 05 02:33:32 2026'), christmas],
  ['CIPSNTPTIME, the day with a blank', time, clock('+CIPSNTPTIME:Sat Dec  5 02:33:32 2026'), christmas],
  ['CIPSNTPTIME in quotes', time, clock('+CIPSNTPTIME:"Sat Dec  5 02:33:32 2026"'), christmas],
  ['CIPSNTPTIME with a blank, without the weekday', time, clock('+CIPSNTPTIME: Dec 5 2:33:32 2026'), christmas],
];

describe('an answer is understood by its shape', () => {
  it.each(forms)('%s', (_, ask, script, expected) => {
    expect(outcomeOf(ask, script)).toEqual(expected);
  });
});

const strange = '+STRANGE;7';

describe('an answer that is not understood', () => {
  it.each<readonly [string, Ask, readonly Rule[]]>([
    ['AT+CWJAP?', ifconfig, joined(`+CWJAP;${strange}`)],
    ['AT+CIPSTA?', ifconfig, [plan(strange), noAp]],
    ['AT+CIPSTAMAC?', address, [['AT+CIPSTAMAC_CUR?', said(strange)]]],
    ['AT+PING', ping, [[/PING/, said(strange)]]],
    ['AT+CIPDOMAIN', resolve, [[/DOMAIN/, said(strange)]]],
    ['AT+CWHOSTNAME?', hostname, [['AT+CWHOSTNAME?', said(strange)]]],
    ['AT+CIPSNTPTIME?', time, clock(`+CIPSNTPTIME:${strange}`)],
    ['AT+CWLAP', (nic) => nic.scan$(), [['AT+CWLAP', said(`+CWLAP:${strange}`)]]],
  ])('is shown by the error: %s', (_, ask, script) => {
    const error = outcomeOf(ask, script);
    expect(error).toMatchObject({ name: 'OSError', message: expect.stringContaining(strange) as unknown });
  });

  it('is EOPNOTSUPP for the signal when the firmware does not tell it', () => {
    expect(outcomeOf(rssi, joined('+CWJAP:"net"'))).toMatchObject({ code: 'EOPNOTSUPP' });
  });
});
