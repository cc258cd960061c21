import { catchError, concat, defer, EMPTY, map, mergeAll, type Observable, of, throwError } from 'rxjs';

import type { Arguments } from '../firmware/arguments';
import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import type { UdpMode } from '../links/udpLink';
import type { VirtualLink } from '../links/virtualLink';
import { linkCount } from '../links/virtualLinks';
import type { Modem } from '../modem/modem';
import { NetworkError, isDottedQuad } from '../network/network';
import { portInUseHint } from '../network/portInUseHint';
import { accept, type Call, type Command } from './command';
import { linkSetting, plainSetting } from './plainSetting';

/** The link number before the other arguments, in multiplexed mode, and the index of the next argument. */
export function linkArgument({ memory }: Modem, args: Arguments, words = 'ID ERROR'): { id: number; next: number } {
  if (!memory.settings.mux) return { id: 0, next: 0 };
  if (args.isText(0)) throw new Refusal('MUX=1', errorCode.type);
  return { id: args.number(0, 0, linkCount - 1, words), next: 1 };
}

function start(modem: Modem, { args }: Call): Observable<Print> {
  const { id, next } = linkArgument(modem, args);
  return open(modem, args, id, next);
}

/** The test form, as in the source of AT 0.2x. */
function howToStart({ memory }: Modem, { name }: Call): Observable<Print> {
  const id = memory.settings.mux ? '(id),' : '';
  return of(...['ip address', 'domain name'].map((host) => `${name}:${id}("type"),("${host}"),(port)\r\n`));
}

/** `CIPSTARTEX`, which chooses the link number itself. */
function startAnywhere(modem: Modem, { args }: Call): Observable<Print> {
  const id = modem.links.lowestFree();
  if (id === undefined) throw new Refusal('', errorCode.failed);
  return open(modem, args, id, 0);
}

function open(modem: Modem, args: Arguments, id: number, next: number): Observable<Print> {
  const { links, station, internet, delays, report } = modem;
  const kind = args.text(next, 6, 'Link type ERROR').toUpperCase();
  if (kind !== 'TCP' && kind !== 'UDP' && kind !== 'SSL') throw new Refusal('Link type ERROR', errorCode.invalid);
  const host = args.text(next + 1, 64);
  const port = args.number(next + 2, kind === 'UDP' ? 0 : 1, 65_535);
  const tail = readTail(kind, args, next + 3);
  if (links.isUsed(id)) throw new Refusal('ALREADY CONNECTED', errorCode.failed);
  if (!station.joined && (modem.memory.settings.mode & 2) === 0) throw new Refusal('no ip', errorCode.failed);
  if (kind === 'SSL' && links.open.some((link) => link.kind === 'SSL')) throw new Refusal('ssl reach max');
  return concat(
    isDottedQuad(host) ? EMPTY : delays.after('resolve'),
    defer(() => {
      const address = station.joined || isDottedQuad(host) ? internet.resolve(host) : null;
      if (address === null) {
        if (station.joined) report.hint({ message: internet.unknown(host) });
        throw new Refusal('DNS Fail', errorCode.failed);
      }
      const remote = { address, port };
      const link$ =
        kind === 'UDP'
          ? links.bind(id, remote, tail.localPort, tail.mode)
          : links.connect(id, kind, remote, station.joined);
      return link$.pipe(
        map((link) => opened(modem, link)),
        catchError((cause: unknown) => of(notOpened(modem, id, cause))),
        mergeAll(),
      );
    }),
  );
}

/** Reads the arguments after the port: a keep-alive time, or for UDP the local port and the mode. */
function readTail(kind: string, args: Arguments, next: number): { localPort: number; mode: UdpMode } {
  if (kind === 'UDP') {
    args.limit(next + 2);
    const localPort = args.has(next) ? args.number(next, 1, 65_535) : 0;
    const mode = args.has(next + 1) ? args.number(next + 1, 0, 2) : 0;
    return { localPort, mode: mode as UdpMode };
  }
  args.limit(next + 2);
  if (args.has(next)) args.number(next, 0, 7200);
  return { localPort: 0, mode: 0 };
}

function opened({ links, output }: Modem, link: VirtualLink): Observable<Print> {
  return concat(
    defer(() => {
      output.flush();
      return of(links.messages.connected(link));
    }),
    defer(() => {
      links.begin(link);
      return EMPTY;
    }),
  );
}

function notOpened({ links, personality, report }: Modem, id: number, cause: unknown): Observable<Print> {
  if (cause instanceof NetworkError && cause.reason === 'in-use') report.hint(portInUseHint(cause));
  const isHandshake = cause instanceof NetworkError && cause.reason === 'handshake';
  if (isHandshake && personality.okAfterFailedHandshake) return of(links.messages.closed(id));
  const after$ = personality.closedAfterFailedStart ? links.closedLate(id) : EMPTY;
  return throwError(() => new Refusal('', errorCode.failed, 'ERROR', after$));
}

function closeOne(modem: Modem, { args }: Call): Observable<Print> {
  const { memory, delays } = modem;
  if (!memory.settings.mux) throw new Refusal('MUX=0', errorCode.failed);
  const id = args.number(0, 0, linkCount, 'ID ERROR');
  return id === linkCount ? concat(delays.after('close'), closeEvery(modem)) : closeLate(modem, id, 'UNLINK');
}

/**
 * Closes the link that has the number now, after a while. The peer may close it first, and then a client may get the
 * number.
 */
function closeLate(modem: Modem, id: number, words: string): Observable<Print> {
  const link = modem.links.get(id);
  return concat(
    modem.delays.after('close'),
    defer(() => closeText(modem, link, words)),
  );
}

function closeText({ links }: Modem, link: VirtualLink | undefined, words: string): Observable<Print> {
  if (link === undefined || links.get(link.id) !== link) throw new Refusal(words, errorCode.failed);
  links.close(link);
  return of(links.messages.closed(link.id));
}

function closeEvery(modem: Modem): Observable<Print> {
  return defer(() => concat(...modem.links.open.map((link) => closeText(modem, link, ''))));
}

function closeOnly(modem: Modem): Observable<Print> {
  if (modem.memory.settings.mux) throw new Refusal('MUX=1', errorCode.failed);
  return closeLate(modem, 0, '');
}

function setMux({ memory, links, server }: Modem, { args }: Call): undefined {
  const mux = args.flag(0);
  if (links.open.length > 0) throw new Refusal('link is builded', errorCode.failed);
  if (server.state !== undefined && !mux) throw new Refusal('CIPSERVER must be 0', errorCode.failed);
  if (memory.settings.passthrough && mux) throw new Refusal('IPMODE must be 0', errorCode.failed);
  memory.settings.mux = mux;
}

function linkLine(name: string, { id, kind, remote, localPort, server }: VirtualLink): string {
  return `${name}:${id},"${kind}","${remote.address}",${remote.port},${localPort},${server ? 1 : 0}\r\n`;
}

function status({ links, station, personality, memory }: Modem): Observable<Print> {
  const lines = links.open.map((link) => linkLine('+CIPSTATUS', link));
  const off = (memory.settings.mode & 1) === 0;
  const joined = links.open.length > 0 ? 3 : links.everOpened ? 4 : 2;
  const apart = off ? personality.statusOff : station.state === 'idle' ? personality.statusIdle : 5;
  return of(`STATUS:${station.joined ? joined : apart}\r\n`, ...lines);
}

/** Links: opening, closing, modes and states. */
export const linkCommands: readonly Command[] = [
  { name: '+CIPSTART', only: { test: 'N' }, test: howToStart, set: start },
  { name: '+CIPSTARTEX', since: { E: 2.1 }, set: startAnywhere },
  { name: '+CIPCLOSE', only: { test: 'N' }, test: accept, run: closeOnly, set: closeOne },
  { name: '+CIPMUX', query: ({ memory }) => of(`+CIPMUX:${memory.settings.mux ? 1 : 0}\r\n`), set: setMux },
  { name: '+CIPSTATUS', only: { test: 'N' }, test: accept, run: status },
  {
    name: '+CIPSTATE',
    since: { E: 2.2 },
    query: ({ links }) => of(...links.open.map((link) => linkLine('+CIPSTATE', link))),
  },
  {
    name: '+CIPDINFO',
    query: ({ memory, personality }) => of(personality.dinfo(memory.settings.source)),
    set: ({ memory }, { args }) => void (memory.settings.source = args.flag(0)),
  },
  linkSetting({
    name: '+CIPTCPOPT',
    since: { E: 2.1 },
    // A value that is left out stays as it is.
    read: (args, at) => {
      args.limit(at + 3);
      return {
        ...(args.has(at) && { linger: args.number(at, -1, 65_535) }),
        ...(args.has(at + 1) && { noDelay: args.number(at + 1, 0, 1) }),
        ...(args.has(at + 2) && { sendTimeout: args.number(at + 2, 0, 600_000) }),
      };
    },
    show: ({ linger, noDelay, sendTimeout }) => `${linger},${noDelay},${sendTimeout}`,
  }),
  plainSetting({
    name: '+CIPRECONNINTV',
    since: { E: 2.1 },
    initial: '1',
    saved: 'asked',
    read: (args) => String(args.number(0, 1, 36_000)),
  }),
  // With 1, `CIPCLOSE` resets the connection.
  linkSetting({
    name: '+CIPCLOSEMODE',
    since: { N: 1.7 },
    only: { query: 'E' },
    read: (args, at) => ({ linger: args.flag(at) ? 0 : -1 }),
    show: () => '',
  }),
];
