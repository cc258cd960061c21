import {
  catchError,
  concat,
  defaultIfEmpty,
  defer,
  EMPTY,
  merge,
  mergeMap,
  type Observable,
  of,
  takeUntil,
  tap,
} from 'rxjs';

import type { Arguments, Call, Command, Context } from './command';
import type { Link } from '../links/virtualLink';
import type { Print } from '../line/output';
import { Refusal, errorCode } from '../firmware/refusal';
import { linkArgument } from './linkCommands';

/** Bytes of one segment, at most, and of all that are under way on a link. */
const segmentLimit = 2048;
const bufferSize = 2920;

function linkOf(context: Context, args: Arguments): { link: Link; next: number } {
  const { id, next } = linkArgument(context, args);
  const link = context.links.get(id);
  if (link?.kind !== 'TCP') throw new Refusal('link is not valid', errorCode.failed);
  return { link, next };
}

/** The result comes later and names its segment, so the next segment need not wait for it. */
function send(context: Context, { args }: Call): Observable<Print> {
  const { input, personality, control, delays } = context;
  return defer(() => {
    const { link, next } = linkOf(context, args);
    const length = args.number(next, 1, Number.MAX_SAFE_INTEGER);
    if (length > segmentLimit) throw new Refusal('too long', errorCode.invalid);
    if (link.unsent + length > bufferSize) throw new Refusal('BUFFER FULL', errorCode.failed);
    const segment = ++link.segments.taken;
    const payload$ = input.collect(length).pipe(
      mergeMap((bytes) => {
        control.sending();
        return concat(
          delays.after('receipt'),
          control.result(`\r\nRecv ${bytes.length} bytes\r\n`),
          defer(() => (control.background(outcome(context, link, segment, bytes)), EMPTY)),
        );
      }),
    );
    // The current segment, and the last one that has been acknowledged.
    return merge(payload$, of(`${segment},${link.segments.sent}\r\n`, ...personality.prompt));
  });
}

function outcome(context: Context, link: Link, segment: number, bytes: Buffer): Observable<Print> {
  const { links, memory } = context;
  const label = memory.settings.mux ? `${link.id},${segment}` : String(segment);
  return links.send(link, bytes).pipe(
    defaultIfEmpty(`\r\n${label},SEND OK\r\n`),
    tap(() => (link.segments.sent = segment)),
    catchError(() => of(`\r\n${label},SEND FAIL\r\n`)),
    takeUntil(link.gone$),
  );
}

function status(context: Context, { args }: Call): Observable<Print> {
  return defer(() => {
    const { link } = linkOf(context, args);
    const { taken, sent } = link.segments;
    return of(`${taken + 1},${taken},${sent},${bufferSize - link.unsent},${taken - sent}\r\n`);
  });
}

function check(context: Context, { args }: Call): Observable<Print> {
  return defer(() => {
    const { link, next } = linkOf(context, args);
    const segment = args.number(next, 1, link.segments.taken);
    const label = context.memory.settings.mux ? `${link.id},${segment}` : String(segment);
    return of(`${label},${segment <= link.segments.sent ? 1 : 0}\r\n`);
  });
}

function reset(context: Context, { args }: Call): Observable<Print> {
  return defer(() => {
    const { link } = linkOf(context, args);
    if (link.unsent > 0) throw new Refusal('', errorCode.failed);
    Object.assign(link.segments, { taken: 0, sent: 0 });
    return EMPTY;
  });
}

/** NonOS' sends with a receipt for each segment. With one link, two of them have no parameter. */
export const sendBufferCommands: readonly Command[] = [
  { name: '+CIPSENDBUF', since: { N: 1.3 }, set: send, ownResult: ['set'] },
  { name: '+CIPBUFSTATUS', since: { N: 1.3 }, set: status, run: status },
  { name: '+CIPCHECKSEQ', since: { N: 1.3 }, set: check },
  { name: '+CIPBUFRESET', since: { N: 1.3 }, set: reset, run: reset },
];
