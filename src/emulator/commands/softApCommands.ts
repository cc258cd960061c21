import { type Observable, of } from 'rxjs';

import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import type { Modem } from '../modem/modem';
import { macAddress, planText, readPlan } from './addressCommands';
import type { Call, Command } from './command';
import { plainSetting } from './plainSetting';

function setSoftAp({ memory }: Modem, { args, persist }: Call): undefined {
  const ssid = args.text(0, 32);
  const key = args.text(1, 64);
  const channel = args.number(2, 1, 14);
  const ecn = args.number(3, 0, 4);
  const mostStations = args.has(4) ? args.number(4, 1, 8) : 4;
  const hidden = args.has(5) && args.flag(5);
  args.limit(6);
  // WEP is not possible, and a key has 8 bytes or more unless the network is open.
  if (ssid === '' || ecn === 1 || (ecn !== 0 && key.length < 8)) throw new Refusal('', errorCode.invalid);
  if ((memory.settings.mode & 2) === 0) throw new Refusal('', errorCode.failed);
  memory.change({ softAp: { ssid, key, channel, ecn, mostStations, hidden } }, persist);
}

function showSoftAp({ memory }: Modem, { name, saved }: Call): Observable<Print> {
  const { ssid, key, channel, ecn, mostStations, hidden } = memory.of(saved).softAp;
  return of(`${name}:"${ssid}","${key}",${channel},${ecn},${mostStations},${hidden ? 1 : 0}\r\n`);
}

/** Disconnects one station, or all of them. */
function disconnect({ softApClients, output }: Modem, mac?: string): undefined {
  for (const each of [...softApClients.keys()].filter((known) => mac === undefined || known === mac)) {
    softApClients.delete(each);
    output.unsolicited(`+STA_DISCONNECTED:"${each}"\r\n`);
  }
}

/** The modem's own network. */
export const softApCommands: readonly Command[] = [
  { name: '+CWSAP', suffixes: 'too', query: showSoftAp, set: setSoftAp },
  {
    name: '+CWLIF',
    run: ({ softApClients }) => of(...[...softApClients].map(([mac, address]) => `${address},${mac}\r\n`)),
  },
  {
    name: '+CWQIF',
    since: { E: 2 },
    run: (modem) => disconnect(modem),
    set: (modem, call) => disconnect(modem, macAddress(call, 0)),
  },
  {
    name: '+CIPAP',
    suffixes: 'too',
    query: ({ memory }, { name, saved }) => of(planText(name, memory.of(saved).softApPlan)),
    set: ({ memory }, call) => memory.change({ softApPlan: readPlan(call) }, call.persist),
  },
  {
    name: '+CIPAPMAC',
    suffixes: 'too',
    query: ({ memory }, { name, saved }) => of(`${name}:"${memory.of(saved).softApMac}"\r\n`),
    set: ({ memory }, call) => memory.change({ softApMac: macAddress(call, 0) }, call.persist),
  },
  plainSetting({
    name: '+CWDHCPS',
    suffixes: 'too',
    saved: 'asked',
    separator: '=',
    initial: '120,192.168.4.2,192.168.4.101',
    read: (args) => {
      if (!args.flag(0)) return '120,192.168.4.2,192.168.4.101';
      return [args.number(1, 1, 2880), args.text(2, 15), args.text(3, 15)].join(',');
    },
  }),
  plainSetting({
    name: '+CWAPPROTO',
    since: { E: 2 },
    initial: '3',
    read: (args) => String(args.number(0, 1, 3)),
  }),
];
