import {
  catchError,
  concat,
  concatMap,
  defer,
  exhaustMap,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  scan,
  take,
  takeWhile,
  tap,
  throwError,
  toArray,
} from 'rxjs';

import { asBuffer } from '../../streams';
import type { ErrorCode } from '../../usocket/contract/errno';
import { OSError } from '../../usocket/contract/osError';
import { firstMatch } from '../commands/answerLines';
import { common } from '../commands/catalogue';
import { type Command, readable } from '../commands/command';
import { ifRefused, Refusal } from '../executor/answer';
import { answeredWithin } from '../executor/answeredWithin';
import { certainAtOnce } from '../executor/certainAtOnce';
import { withCommandError } from '../executor/commandError';
import { ask, askOnce, simpleExchange } from '../executor/exchange';
import type { Session } from '../executor/session';
import { AnswerLost, Unanswered } from '../executor/unanswered';
import type { Wire } from '../executor/wire';
import { accessPoint } from './accessPoint';

/** Milliseconds. The modem gives up an access point after 15 s. DHCP may take longer; a minute is usual. */
const joinDeadline = 30_000;
const addressDeadline = 60_000;

const reason = /^\+CWJAP(?:_CUR|_DEF)?: *(\d+)/;

/** The meaning of the code in `+CWJAP:<code>`, and what to try. */
const reasons: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  1: ['ETIMEDOUT', 'did not answer in time, or gave no address (DHCP); is it near enough, and the key right?'],
  2: ['EACCES', 'did not take the key; check it'],
  3: ['ENOENT', 'was not found; is the name right (2.4 GHz only, upper and lower case matter), and is it near enough?'],
  4: ['ECONNREFUSED', 'refused the modem; is the key right, and may this device join?'],
};

const noAddress = [
  'ETIMEDOUT',
  'let the modem in, and gave it no address (DHCP); does it give any? One can be set by ifconfig',
] as const;

/**
 * Joins a network and emits once the modem has an address.
 *
 * Errors: `EACCES` wrong key, `ENOENT` no such network, `ETIMEDOUT` no answer or no address, `ECONNREFUSED` turned
 * away, `EINVAL` a name or key that cannot be sent. The firmware may report a wrong key as any of the others. No message
 * shows the key.
 *
 * @param begun Called before the modem is told, because it first leaves the network that it is on.
 */
export function join(
  up: Session,
  ssid: string | Uint8Array,
  key: string | Uint8Array,
  begun: () => void,
): Observable<void> {
  const command = up.commands.join(ssid, key);
  const exchange = simpleExchange(command, joinDeadline + addressDeadline);
  return defer(() => {
    /** Whether the access point has accepted the modem, which then waits for an address. */
    let isIn = false;
    const converse = (wire: Wire) => {
      begun();
      const admission$ = wire.frames$.pipe(
        filter((frame) => frame.kind === 'wifi'),
        tap(({ event }) => (isIn = event !== 'disconnected')),
        takeWhile(() => !isIn),
      );
      const admitted$ = admission$.pipe(answeredWithin(joinDeadline, command.shown, wire), ignoreElements());
      const joined$ = askToJoin({ wire, up, ssid, command });
      return merge(joined$, admitted$).pipe(take(1), certainAtOnce(joining(wire)));
    };
    return up
      .run({ ...exchange, converse })
      .pipe(catchError((cause: unknown) => throwError(() => joinError({ ssid, key }, cause, isIn))));
  });
}

/**
 * Emits whether the modem says that it is on a network and has an address. When its connections have ended, some firmware says
 * no more than that (status 4), which counts as no.
 */
export function isOnNetwork(up: Session): Observable<boolean> {
  return up.ask(common.status).pipe(
    map((lines) => firstMatch(lines, /^\+?(?:CIP)?STATUS: *[23]$/) !== undefined),
    catchError(() => of(false)),
  );
}

/**
 * Leaves the network, and emits. Some firmware refuses when it has joined none, which is no error.
 *
 * @param begun Called before the modem is told, because it may end its connections before it says that it has left.
 */
export function leave(up: Session, begun: () => void): Observable<void> {
  const { converse, ...exchange } = simpleExchange(common.leave);
  const told = (wire: Wire) => {
    begun();
    return converse(wire);
  };
  return up.run({ ...exchange, converse: told }).pipe(
    map(() => undefined),
    catchError((error: unknown) => {
      const fail$ = throwError(() => error);
      if (!(error instanceof Refusal)) return fail$;
      return accessPoint(up).pipe(concatMap((joined) => (joined ? fail$ : of(undefined))));
    }),
    withCommandError('disconnect'),
  );
}

interface Join {
  readonly wire: Wire;
  readonly up: Session;
  readonly ssid: string | Uint8Array;
  readonly command: Command;
}

function askToJoin(join: Join): Observable<void> {
  const { wire, command } = join;
  return askOnce(wire, command).pipe(
    map(() => undefined),
    catchError((error: unknown) => {
      if (!(error instanceof AnswerLost)) return throwError(() => error);
      const refusal = new Refusal(error.shown, 'FAIL', error.lines, error.message);
      return firstMatch(error.lines, reason) ? throwError(() => refusal) : find(join, error);
    }),
  );
}

/**
 * Emits when the modem has an address on a network that it has joined since the command. An earlier address does not
 * count. Neither does one that comes while the modem is busy, because it has not begun the command then.
 */
function joining({ frames$, said$ }: Wire): Observable<void> {
  const joined$ = frames$.pipe(
    takeWhile(({ kind }) => kind !== 'busy'),
    filter((frame) => frame.kind === 'wifi'),
    scan(
      (isJoined, { event }) => (event === 'gotAddress' ? isJoined && 'ready' : event === 'connected'),
      false as boolean | 'ready',
    ),
    filter((isJoined) => isJoined === 'ready'),
  );
  return said$.pipe(
    filter((what) => what === 'begins'),
    exhaustMap(() => joined$),
    map(() => undefined),
  );
}

/** The line has lost the result, so the modem is asked which network it has joined. */
function find({ wire, up, ssid }: Join, lost: AnswerLost): Observable<void> {
  const names = typeof ssid === 'string' ? [ssid] : [asBuffer(ssid).toString(), asBuffer(ssid).toString('latin1')];
  const known = (query: Command) => ask(wire, query).pipe(ifRefused(of([])));
  return concat(known(up.commands.askAccessPoint), known(common.status)).pipe(
    toArray(),
    map(([joined = [], status = []]) => {
      if (!joined.some((line) => names.some((name) => line.includes(`"${name}"`)))) throw lost;
      if (firstMatch(status, /^STATUS:5$/)) throw new Refusal(lost.shown, 'FAIL', ['DHCP TIMEOUT'], lost.message);
    }),
  );
}

interface Credentials {
  readonly ssid: string | Uint8Array;
  readonly key: string | Uint8Array;
}

function joinError({ ssid, key }: Credentials, cause: unknown, isIn: boolean): unknown {
  const [code, why] = reasonOf(cause, isIn) ?? [];
  if (code === undefined || !(cause instanceof Error)) return cause;
  const advice = isIn || code === 'ENOENT' ? '' : adviceOn(key);
  const message = `connect: the network ${nameOf(ssid)} ${why}${advice} (${cause.message})`;
  return new OSError(code, 'connect', message, { cause });
}

/** Keys of WEP have 5 or 13 characters, so a short key is not refused before it is tried. */
function adviceOn(key: string | Uint8Array): string {
  const length = Buffer.byteLength(key);
  if (length === 0) return '; no key was given, which only an open network accepts';
  return length < 8 ? '; the key is shorter than the 8 characters that WPA asks for' : '';
}

function reasonOf(cause: unknown, isIn: boolean): readonly [ErrorCode, string] | undefined {
  if (cause instanceof Unanswered && isIn) return noAddress;
  if (cause instanceof AnswerLost) return ['ETIMEDOUT', 'was not joined, and why was lost on the line; try again'];
  if (cause instanceof Unanswered) return reasons[1];
  if (!(cause instanceof Refusal)) return undefined;
  if (cause.lines.includes('DHCP TIMEOUT')) return noAddress;
  const code = firstMatch(cause.lines, reason)?.[1];
  if (code === '1' && isIn) return noAddress;
  return reasons[code ?? ''] ?? ['EIO', 'could not be joined; is the name right, and the key?'];
}

/** The name for messages. Bytes that are not text are escaped. */
function nameOf(ssid: string | Uint8Array): string {
  return typeof ssid === 'string' ? JSON.stringify(ssid) : `"${readable(asBuffer(ssid).toString('latin1'))}"`;
}
