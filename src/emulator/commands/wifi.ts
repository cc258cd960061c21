import { EMPTY, concat, defer, of, tap, throwError } from 'rxjs';
import type { Observable } from 'rxjs';

import type { Call, Command, Context } from '../command';
import type { Print } from '../output';
import { Refusal, errorCode } from '../refusal';

function setMode({ memory, personality, station, control }: Context, { args, persist }: Call): Observable<Print> {
  return defer(() => {
    // NonOS 1.7 does not know "off".
    const mode = args.number(0, personality.family === 'N' ? 1 : 0, 3);
    memory.settings.mode = mode;
    if (persist) memory.flash.mode = mode;
    if ((mode & 1) === 0 && station.joined) control.leave();
    return EMPTY;
  });
}

function join(context: Context, { args, persist }: Call): Observable<Print> {
  const { station, memory, personality, control, links } = context;
  return defer(() => {
    const ssid = args.text(0, 32);
    const key = args.has(1) || personality.joinNeedsKey ? args.text(1, 64) : '';
    const bssid = args.has(2) ? args.text(2, 17) : undefined;
    if ((memory.settings.mode & 1) === 0) throw new Refusal('', errorCode.failed);
    if (persist) memory.flash.accessPoint = { ssid, key };
    // Another network: this one goes first.
    if (station.joined) control.leave();
    // Links that survived the loss of Wi-Fi go on.
    return station.join(ssid, key, bssid).pipe(tap({ complete: () => links.freeze(false) }));
  });
}

function showJoined({ station, personality }: Context, { name }: Call): Observable<Print> {
  const ap = station.accessPoint;
  if (ap === undefined) return of(personality.notJoined);
  const shown = personality.suffixes && !/_(CUR|DEF)$/.test(name) ? `${name}_CUR` : name;
  // The SSID is printed as it is, whatever is in it.
  return of(`${shown}:"${ap.ssid}","${ap.bssid}",${personality.joinedFields(ap)}\r\n`);
}

function rejoin(context: Context): Observable<Print> {
  const saved = context.memory.flash.accessPoint;
  return saved === undefined
    ? throwError(() => new Refusal('', errorCode.failed))
    : context.station.join(saved.ssid, saved.key);
}

function leave({ personality, control, delays }: Context): Observable<Print> {
  const go$ = defer(() => (control.leave(), EMPTY));
  const ok$ = control.result('\r\nOK\r\n');
  return personality.disconnectFirst ? concat(go$, ok$) : concat(ok$, delays.after('close'), go$);
}

function scan(context: Context, wanted?: string): Observable<Print> {
  const { station, memory, personality, delays } = context;
  if ((memory.settings.mode & 1) === 0) return throwError(() => new Refusal('', errorCode.failed));
  const seen = station.scan().filter(({ ssid }) => wanted === undefined || ssid === wanted);
  return concat(delays.after('scan'), of(...seen.map((ap) => `+CWLAP:${personality.scanFields(ap)}\r\n`)));
}

function wifiState({ station, memory }: Context): Observable<Print> {
  const ssid = station.accessPoint?.ssid ?? '';
  const states = { idle: 0, trying: 3, joined: 2, lost: 4, left: 4 };
  const state = (memory.settings.mode & 1) === 0 ? 0 : states[station.state];
  return of(`+CWSTATE:${state},"${ssid}"\r\n`);
}

function setSoftAp({ memory }: Context, { args, persist }: Call): Observable<Print> {
  return defer(() => {
    const ssid = args.text(0, 32);
    const key = args.text(1, 64);
    const channel = args.number(2, 1, 14);
    const ecn = args.number(3, 0, 4);
    const mostStations = args.has(4) ? args.number(4, 1, 8) : 4;
    const hidden = args.has(5) && args.flag(5);
    args.limit(6);
    // There is no WEP, and no short key, but for an open network.
    if (ssid === '' || ecn === 1 || (ecn !== 0 && key.length < 8)) throw new Refusal('', errorCode.invalid);
    if ((memory.settings.mode & 2) === 0) throw new Refusal('', errorCode.failed);
    memory.settings.softAp = { ssid, key, channel, ecn, mostStations, hidden };
    if (persist) memory.flash.softAp = memory.settings.softAp;
    return EMPTY;
  });
}

function showSoftAp({ memory }: Context, { name, saved }: Call): Observable<Print> {
  const { ssid, key, channel, ecn, mostStations, hidden } = saved ? memory.flash.softAp : memory.settings.softAp;
  return of(`${name}:"${ssid}","${key}",${channel},${ecn},${mostStations},${hidden ? 1 : 0}\r\n`);
}

function accept(): Observable<Print> {
  return EMPTY;
}

/** Wi-Fi: modes, joining, scanning. */
export const wifiCommands: readonly Command[] = [
  {
    name: '+CWMODE',
    suffixes: 'too',
    query: ({ memory }, { name, saved }) => of(`${name}:${saved ? memory.flash.mode : memory.settings.mode}\r\n`),
    test: () => of('+CWMODE:(1-3)\r\n'),
    set: setMode,
  },
  { name: '+CWJAP', suffixes: 'too', query: showJoined, run: rejoin, set: join },
  { name: '+CWQAP', run: leave, ownResult: ['run'] },
  { name: '+CWLAP', run: (context) => scan(context), set: (context, { args }) => scan(context, args.text(0, 32)) },
  { name: '+CWLAPOPT', set: accept },
  { name: '+CWSTATE', since: { E: 2.2 }, query: wifiState },
  {
    name: '+CWAUTOCONN',
    query: ({ memory }) => of(`+CWAUTOCONN:${memory.flash.autoJoin ? 1 : 0}\r\n`),
    set: ({ memory }, { args }) => defer(() => ((memory.flash.autoJoin = args.flag(0)), EMPTY)),
  },
  {
    name: '+CWRECONNCFG',
    since: { E: 2.2 },
    query: () => of('+CWRECONNCFG:1,0\r\n'),
    set: accept,
  },
  {
    name: '+CWCOUNTRY',
    since: { N: 1.6, E: 2 },
    suffixes: 'too',
    query: (_, { name }) => of(`${name}:0,"CN",1,13\r\n`),
    set: accept,
  },
  {
    name: '+CWSAP',
    suffixes: 'too',
    query: showSoftAp,
    set: setSoftAp,
  },
  { name: '+CWLIF', run: () => EMPTY },
];
