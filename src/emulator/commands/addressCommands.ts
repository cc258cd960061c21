import { concat, defer, type Observable, of, throwError } from 'rxjs';

import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import type { Modem } from '../modem/modem';
import type { AddressPlan } from '../modem/virtualStation';
import { isDottedQuad } from '../network/network';
import { accept, type Call, type Command } from './command';
import { plainSetting } from './plainSetting';

export function planText(name: string, [address, gateway, mask]: AddressPlan): string {
  return `${name}:ip:"${address}"\r\n${name}:gateway:"${gateway}"\r\n${name}:netmask:"${mask}"\r\n`;
}

function quad(call: Call, index: number): string {
  const text = call.args.text(index, 15);
  if (!isDottedQuad(text)) throw new Refusal('IP ERROR', errorCode.invalid);
  return text;
}

/** Address, gateway and mask. The default of the gateway ends in `.1`, that of the mask has 24 bits. */
export function readPlan(call: Call): AddressPlan {
  const address = quad(call, 0);
  const gateway = call.args.has(1) ? quad(call, 1) : address.replace(/\.\d+$/, '.1');
  return [address, gateway, call.args.has(2) ? quad(call, 2) : '255.255.255.0'];
}

/** A MAC address that a station can have: six bytes, neither a group address nor all zeros. */
export function macAddress({ args }: Call, index: number): string {
  const mac = args.text(index, 17).toLowerCase();
  if (!/^[\da-f][02468ace](:[\da-f]{2}){5}$/.test(mac) || mac === '00:00:00:00:00:00') {
    throw new Refusal('', errorCode.invalid);
  }
  return mac;
}

function ownAddresses({ memory, station }: Modem): Observable<Print> {
  const { mode, stationMac, softApMac, softApPlan } = memory.settings;
  const lines: string[] = [];
  if ((mode & 2) !== 0) lines.push(`+CIFSR:APIP,"${softApPlan[0]}"\r\n`, `+CIFSR:APMAC,"${softApMac}"\r\n`);
  if ((mode & 1) !== 0) {
    lines.push(`+CIFSR:STAIP,"${station.address[0]}"\r\n`, `+CIFSR:STAMAC,"${stationMac}"\r\n`);
  }
  return of(...lines);
}

/**
 * NonOS has the interface first (0 softAP, 1 station, 2 both). ESP-AT has the switch first, and then a bit for each.
 */
function setDhcp({ memory, personality }: Modem, { args, persist }: Call): undefined {
  const nonos = personality.family === 'N';
  const on = args.flag(nonos ? 1 : 0);
  const which = nonos ? args.number(0, 0, 2) : args.number(1, 1, 3);
  const station = nonos ? which > 0 : (which & 1) !== 0;
  const softAp = nonos ? which !== 1 : (which & 2) !== 0;
  memory.change({ ...(station ? { stationDhcp: on } : {}), ...(softAp ? { softApDhcp: on } : {}) }, persist);
}

function setDns({ memory, personality }: Modem, call: Call): undefined {
  const own = call.args.flag(0);
  call.args.limit(1 + personality.dnsServers);
  const servers: string[] = [];
  for (let index = 1; own && index < call.args.count; index++) servers.push(quad(call, index));
  const ownDns = servers.length > 0;
  memory.change({ dns: ownDns ? servers : ['208.67.222.222'], ownDns }, call.persist);
}

function lookUp({ personality, internet, station, delays, report }: Modem, { args }: Call): Observable<Print> {
  const name = args.text(0, 256);
  const address = station.joined ? internet.resolve(name) : null;
  const failed$ = defer(() => {
    if (station.joined) report.hint({ message: internet.unknown(name) });
    return throwError(() => new Refusal('DNS Fail', errorCode.failed));
  });
  return concat(delays.after('resolve'), address === null ? failed$ : of(personality.domain(address)));
}

function ping({ personality, internet, station, delays, report }: Modem, { args }: Call): Observable<Print> {
  const host = args.text(0, 256);
  const address = internet.resolve(host);
  if (!station.joined) throw new Refusal('', errorCode.failed);
  if (address !== null && internet.answers(address)) {
    const ms = delays.draw('ping') + internet.delay(address);
    return concat(delays.wait(ms), of(personality.ping(Math.max(1, Math.round(ms)))));
  }
  if (address === null || !internet.knows({ address, port: 0 }, 'tcp'))
    report.hint({ message: internet.unknown(host) });
  const timeout$ = of(personality.pingTimeout);
  return concat(
    delays.within([2500, 3000]),
    timeout$,
    throwError(() => new Refusal('', errorCode.failed)),
  );
}

/** Addresses, name servers and look-ups. */
export const addressCommands: readonly Command[] = [
  {
    name: '+CIPSTA',
    suffixes: 'too',
    query: ({ station }, { name }) => of(planText(name, station.address)),
    set: ({ memory }, call) => memory.change({ fixedAddress: readPlan(call), stationDhcp: false }, call.persist),
  },
  {
    name: '+CIPSTAMAC',
    suffixes: 'too',
    query: ({ memory }, { name, saved }) => of(`${name}:"${memory.of(saved).stationMac}"\r\n`),
    set: ({ memory }, call) => memory.change({ stationMac: macAddress(call, 0) }, call.persist),
  },
  { name: '+CIFSR', only: { test: 'N' }, test: accept, run: ownAddresses },
  {
    name: '+CWDHCP',
    suffixes: 'too',
    query: ({ memory, personality }, { name }) => {
      const { stationDhcp, softApDhcp } = memory.settings;
      return of(`${name}:${personality.dhcpBits(stationDhcp, softApDhcp)}`);
    },
    set: setDhcp,
  },
  {
    name: '+CIPDNS',
    since: { N: 1.4, E: 2 },
    suffixes: 'only',
    query: ({ memory, personality }, { name }) =>
      of(personality.dns(name, memory.settings.dns, memory.settings.ownDns)),
    set: setDns,
  },
  {
    name: '+CWHOSTNAME',
    since: { N: 1.4, E: 2 },
    query: ({ memory }) => of(`+CWHOSTNAME:${memory.settings.hostName}\r\n`),
    set: ({ memory }, { args }) => {
      if ((memory.settings.mode & 1) === 0) throw new Refusal('', errorCode.failed);
      memory.settings.hostName = args.text(0, 32);
    },
  },
  { name: '+CIPDOMAIN', since: { N: 1, E: 2 }, set: lookUp },
  { name: '+PING', set: ping },
  plainSetting({
    name: '+CIPV6',
    since: { E: 2.2 },
    initial: '0',
    saved: 'asked',
    read: (args) => String(args.number(0, 0, 1)),
  }),
];
