import {
  catchError,
  concat,
  defaultIfEmpty,
  defer,
  EMPTY,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  takeUntil,
  tap,
} from 'rxjs';

import type { Arguments } from '../firmware/arguments';
import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import type { VirtualLink } from '../links/virtualLink';
import type { Modem } from '../modem/modem';
import type { Call, Command } from './command';
import { linkArgument } from './linkCommands';

/** The most bytes of one segment. */
const segmentLimit = 2048;

/** The most segments under way on one link. */
const queueSize = 8;

function linkOf(modem: Modem, args: Arguments): { link: VirtualLink; next: number } {
  const { id, next } = linkArgument(modem, args);
  const link = modem.links.get(id);
  if (link?.kind !== 'TCP') throw new Refusal('link is not valid', errorCode.failed);
  return { link, next };
}

/** The result comes later and names its segment, so that the next segment need not wait for it. */
function send(modem: Modem, { args }: Call): Observable<Print> {
  const { input, personality, runner, delays, faults } = modem;
  const { link, next } = linkOf(modem, args);
  const length = args.number(next, 1, Number.MAX_SAFE_INTEGER);
  if (length > segmentLimit) throw new Refusal('too long', errorCode.invalid);
  if (link.unsent + length > modem.options.sendBuffer) throw new Refusal('BUFFER FULL', errorCode.failed);
  if (link.segments.taken - link.segments.sent >= queueSize) throw new Refusal('QUEUE FULL', errorCode.failed);
  const segment = ++link.segments.taken;
  if (faults.losePrompt) {
    faults.losePrompt = false;
    return EMPTY;
  }
  const payload$ = input.collect(length).pipe(
    mergeMap((bytes) => {
      runner.markSending();
      return concat(
        delays.after('receipt'),
        runner.result(`\r\nRecv ${bytes.length} bytes\r\n`),
        defer(() => (runner.background(outcome(modem, link, segment, bytes)), EMPTY)),
      );
    }),
  );
  // This segment, and the last one that has been acknowledged.
  return merge(payload$, of(`${segment},${link.segments.sent}\r\n`, ...personality.prompt));
}

function outcome(modem: Modem, link: VirtualLink, segment: number, bytes: Buffer): Observable<Print> {
  const { links, faults } = modem;
  if (faults.sendFail !== undefined && !link.isHeld) return failOnPurpose(modem, link, segment, bytes);
  return links.send(link, bytes).pipe(
    defaultIfEmpty('SEND OK'),
    tap(() => (link.segments.sent = segment)),
    catchError(() => of('SEND FAIL')),
    map((result) => labelled(modem, link, segment, faults.ending(`\r\n${result}\r\n`))),
    takeUntil(link.gone$),
  );
}

/** Puts the number of the segment before its result. A result that a fault has taken away stays away. */
function labelled({ memory }: Modem, link: VirtualLink, segment: number, result: Print): Print {
  if (result === '') return '';
  return `\r\n${memory.settings.mux ? `${link.id},` : ''}${segment},${String(result).trimStart()}`;
}

/**
 * The fault `send-fail`. With `thenOk` the bytes are sent, as by an internal resend. TCP keeps the order, so the segments
 * after this one wait for it, or do not leave the modem.
 */
function failOnPurpose(modem: Modem, link: VirtualLink, segment: number, bytes: Buffer): Observable<Print> {
  const { faults, delays, links } = modem;
  const thenOk = faults.sendFail?.thenOk === true;
  faults.sendFail = undefined;
  link.hold(true);
  const fail$ = concat(delays.after('roundTrip'), of(labelled(modem, link, segment, '\r\nSEND FAIL\r\n')));
  if (!thenOk)
    return concat(
      fail$,
      defer(() => (links.finish(link), EMPTY)),
    );
  return merge(
    outcome(modem, link, segment, bytes),
    concat(
      fail$,
      defer(() => (link.hold(false), EMPTY)),
    ),
  );
}

function status(modem: Modem, { args }: Call): Observable<Print> {
  const { link } = linkOf(modem, args);
  const { taken, sent } = link.segments;
  const places = queueSize - (taken - sent);
  return of(`${taken + 1},${taken},${sent},${modem.options.sendBuffer - link.unsent},${places}\r\n`);
}

function check(modem: Modem, { args }: Call): Observable<Print> {
  const { link, next } = linkOf(modem, args);
  const segment = args.number(next, 1, link.segments.taken);
  const label = modem.memory.settings.mux ? `${link.id},${segment}` : String(segment);
  return of(`${label},${segment <= link.segments.sent ? 'TRUE' : 'FALSE'}\r\n`);
}

function reset(modem: Modem, { args }: Call): undefined {
  const { link } = linkOf(modem, args);
  if (link.unsent > 0) throw new Refusal('', errorCode.failed);
  Object.assign(link.segments, { taken: 0, sent: 0 });
}

/** Sends of NonOS with a result for each segment. In single mode, two of these commands have no parameter. */
export const sendBufferCommands: readonly Command[] = [
  { name: '+CIPSENDBUF', since: { N: 1.3 }, set: send, ownResult: ['set'] },
  { name: '+CIPBUFSTATUS', since: { N: 1.3 }, set: status, run: status },
  { name: '+CIPCHECKSEQ', since: { N: 1.3 }, set: check },
  { name: '+CIPBUFRESET', since: { N: 1.3 }, set: reset, run: reset },
];
