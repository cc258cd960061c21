import { concat, defer, EMPTY, type Observable, of, tap } from 'rxjs';

import type { Arguments } from '../firmware/arguments';
import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import type { Modem } from '../modem/modem';
import { accept, type Call, type Command } from './command';
import { plainSetting } from './plainSetting';

function setMode(modem: Modem, { args, persist }: Call): undefined {
  const { memory, personality, station } = modem;
  // NonOS has no "off".
  const mode = args.number(0, personality.family === 'N' ? 1 : 0, 3);
  // ESP-AT: whether to join at once. It does not do so here.
  if (personality.family === 'E' && args.has(1)) args.flag(1);
  args.limit(personality.family === 'E' ? 2 : 1);
  memory.change({ mode }, persist);
  if ((mode & 1) === 0 && station.joined) modem.leave();
}

function join(modem: Modem, { args, persist }: Call): Observable<Print> {
  const { station, memory, personality, links } = modem;
  const ssid = args.text(0, 32);
  const key = args.has(1) || personality.joinNeedsKey ? args.text(1, 64) : '';
  const bssid = args.has(2) ? args.text(2, 17) : undefined;
  readDetails(args, personality.family === 'N' ? 4 : 9);
  if ((memory.settings.mode & 1) === 0) throw new Refusal('', errorCode.failed);
  if (persist) memory.flash.accessPoint = { ssid, key };
  // The modem leaves its network before it joins another.
  if (station.joined) modem.leave();
  // Links that have survived the loss of Wi-Fi go on.
  return station.join(ssid, key, bssid).pipe(tap({ complete: () => links.freeze(false) }));
}

/** Checks the numbers that may follow. None of them has an effect here. */
function readDetails(args: Arguments, most: number): void {
  args.limit(most);
  for (let index = 3; index < args.count; index++) if (args.has(index)) args.number(index, 0, 7200);
}

function showJoined({ station, personality }: Modem, { name }: Call): Observable<Print> {
  const ap = station.accessPoint;
  if (ap === undefined) return of(personality.notJoined);
  const shown = personality.suffixes && !/_(CUR|DEF)$/.test(name) ? `${name}_CUR` : name;
  // The firmware prints the SSID as it is, without escapes.
  return of(`${shown}:"${ap.ssid}","${ap.bssid}",${personality.joinedFields(ap)}\r\n`);
}

function rejoin(modem: Modem): Observable<Print> {
  const saved = modem.memory.flash.accessPoint;
  if (saved === undefined) throw new Refusal('', errorCode.failed);
  return modem.station.join(saved.ssid, saved.key);
}

function leave(modem: Modem): Observable<Print> {
  const { personality, runner, delays } = modem;
  const go$ = defer(() => (modem.leave(), EMPTY));
  const ok$ = runner.result('\r\nOK\r\n');
  return personality.disconnectFirst ? concat(go$, ok$) : concat(ok$, delays.after('close'), go$);
}

function wifiState({ station, memory }: Modem): Observable<Print> {
  const ssid = station.accessPoint?.ssid ?? '';
  const states = { idle: 0, trying: 3, joined: 2, lost: 4, left: 4 };
  const state = (memory.settings.mode & 1) === 0 ? 0 : states[station.state];
  return of(`+CWSTATE:${state},"${ssid}"\r\n`);
}

/** The Wi-Fi station: modes and joining. */
export const wifiCommands: readonly Command[] = [
  {
    name: '+CWMODE',
    suffixes: 'too',
    query: ({ memory }, { name, saved }) => of(`${name}:${memory.of(saved).mode}\r\n`),
    only: { test: 'N' },
    test: (_, { name }) => of(`${name}:(1-3)\r\n`),
    set: setMode,
  },
  { name: '+CWJAP', suffixes: 'too', only: { run: 'E' }, query: showJoined, run: rejoin, set: join },
  { name: '+CWQAP', only: { test: 'N' }, test: accept, run: leave, ownResult: ['run'] },
  { name: '+CWSTATE', since: { E: 2.2 }, query: wifiState },
  {
    name: '+CWAUTOCONN',
    query: ({ memory }) => of(`+CWAUTOCONN:${memory.flash.autoJoin ? 1 : 0}\r\n`),
    set: ({ memory }, { args }) => void (memory.flash.autoJoin = args.flag(0)),
  },
  plainSetting({
    name: '+CWRECONNCFG',
    since: { E: 2.2 },
    initial: '1,0',
    saved: 'asked',
    read: (args) => `${args.number(0, 0, 7200)},${args.number(1, 0, 1000)}`,
  }),
  plainSetting({
    name: '+CWCOUNTRY',
    since: { N: 1.6, E: 2 },
    suffixes: 'too',
    saved: 'asked',
    initial: '0,"CN",1,13',
    read: (args) => `${args.number(0, 0, 1)},"${args.text(1, 3)}",${args.number(2, 1, 14)},${args.number(3, 1, 14)}`,
  }),
  plainSetting({
    name: '+CWSTAPROTO',
    since: { E: 2 },
    initial: '7',
    read: (args) => String(args.number(0, 1, 7)),
  }),
];
