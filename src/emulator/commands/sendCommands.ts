import {
  catchError,
  concat,
  defaultIfEmpty,
  defer,
  EMPTY,
  finalize,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  take,
  takeUntil,
} from 'rxjs';

import type { Arguments, Call, Command, Context } from './command';
import type { Link } from '../links/virtualLink';
import { type Endpoint, isDottedQuad } from '../network/network';
import type { Print } from '../line/output';
import { Refusal, errorCode } from '../firmware/refusal';
import { linkArgument } from './linkCommands';

/** Bytes of one `CIPSEND`, at most. */
const sendLimit = 2048;

/** ESP-AT says `SEND OK` at once while its send buffer has room. */
const sendBuffer = 2880;

/** Bytes of passthrough under way to the peer beyond which no more are taken from the line. */
const rawBuffer = 65_536;

/** How long a failed write waits for the close that goes with it, in ms. */
const closeWait = 500;

interface Order {
  readonly link: Link;
  readonly length: number;
  readonly to: Endpoint | undefined;
}

function send(context: Context, { args }: Call): Observable<Print> {
  return defer(() => {
    const order = readOrder(context, args);
    return exchange(context, order, { cancel: context.personality.cancelsSend });
  });
}

/** Ends early at a lone `\0`. */
function sendUntil(context: Context, { args }: Call): Observable<Print> {
  return defer(() => exchange(context, readOrder(context, args), { early: true }));
}

function readOrder(context: Context, args: Arguments): Order {
  const { memory, links, internet } = context;
  if (memory.settings.raw) throw new Refusal('IPMODE=1', errorCode.failed);
  const { id, next } = linkArgument(context, args);
  const link = links.get(id);
  if (link === undefined) throw new Refusal('link is not valid', errorCode.failed);
  const length = args.number(next, 1, Number.MAX_SAFE_INTEGER);
  if (length > sendLimit) throw new Refusal('too long', errorCode.invalid);
  args.limit(next + 3);
  if (!args.has(next + 1)) {
    if (link.kind === 'UDP') links.hintUnlessKnown(link.remote, 'udp');
    return { link, length, to: undefined };
  }
  const address = internet.resolve(args.text(next + 1, 64, 'ip error'));
  if (address === null || !isDottedQuad(address)) throw new Refusal('ip error', errorCode.invalid);
  const port = args.number(next + 2, 1, 65_535, 'no port');
  if (link.kind === 'UDP') links.hintUnlessKnown({ address, port }, 'udp');
  return { link, length, to: link.kind === 'UDP' ? { address, port } : undefined };
}

/** Prompt, payload, `Recv`, and how it ended. */
function exchange(context: Context, order: Order, options: { cancel?: boolean; early?: boolean }): Observable<Print> {
  const { input, personality, control, faults } = context;
  return defer(() => {
    if (faults.losePrompt) {
      faults.losePrompt = false;
      return EMPTY;
    }
    const payload$ = input.collect(order.length, options);
    return merge(
      // Ready for the payload before the prompt is out: a fast host answers inside it.
      payload$.pipe(
        defaultIfEmpty(undefined),
        mergeMap((bytes) => {
          if (bytes === undefined) return control.result('\r\nSEND Canceled\r\n');
          control.sending();
          return transmit(context, order, bytes);
        }),
      ),
      of(...personality.prompt),
    );
  });
}

function transmit(context: Context, { link, to }: Order, bytes: Buffer): Observable<Print> {
  const { delays } = context;
  return concat(
    delays.after('receipt'),
    of(`\r\nRecv ${bytes.length} bytes\r\n`),
    defer(() => outcome(context, link, bytes, to)),
  );
}

function outcome(context: Context, link: Link, bytes: Buffer, to: Endpoint | undefined): Observable<Print> {
  const { links, personality, faults } = context;
  if (faults.sendFail !== undefined) return failOnPurpose(context, link, bytes, to);
  if (links.get(link.id) !== link) return context.control.result(personality.sendFailOnClose);
  const gone$ = link.gone$.pipe(
    take(1),
    map(() => personality.sendFailOnClose),
  );
  return merge(gone$, sent(context, link, bytes, to)).pipe(
    take(1),
    mergeMap((result) => context.control.result(result)),
  );
}

function sent(context: Context, link: Link, bytes: Buffer, to: Endpoint | undefined): Observable<Print> {
  const { links, personality, delays } = context;
  return defer(() => {
    const isAcknowledged = personality.sendOkIsAcknowledgement && link.kind !== 'UDP';
    const waits = isAcknowledged || link.unsent > sendBuffer;
    const pause = isAcknowledged ? 0 : delays.draw('handDown');
    let isDone = false;
    const handDown = (): void => {
      if (isDone || links.get(link.id) !== link) return;
      isDone = true;
      links
        .send(link, bytes, to)
        .pipe(takeUntil(link.gone$))
        .subscribe({ error: () => undefined });
    };
    // It takes no time to be said: what answers comes behind it, as over any network that takes some.
    if (!waits && pause > 0) handDown();
    link.acknowledging = !isAcknowledged;
    const sent$ = waits ? links.send(link, bytes, to) : EMPTY;
    const ended$: Observable<never> = pause > 0 ? concat(sent$, delays.wait(pause)) : sent$;
    // Not by `concat`, which would have the answer in front of it where nothing takes time.
    return ended$.pipe(
      defaultIfEmpty('\r\nSEND OK\r\n'),
      finalize(() => {
        link.acknowledging = false;
        if (!waits) handDown();
        links.pump();
      }),
      catchError(() => concat(delays.wait(closeWait), of('\r\nSEND FAIL\r\n'))),
    );
  });
}

/** The resend that works out after all really sends. */
function failOnPurpose(context: Context, link: Link, bytes: Buffer, to?: Endpoint): Observable<Print> {
  const { faults, delays, links } = context;
  const thenOk = faults.sendFail?.thenOk === true;
  faults.sendFail = undefined;
  const fail$ = concat(delays.after('roundTrip'), context.control.result('\r\nSEND FAIL\r\n'));
  if (thenOk) return concat(fail$, links.send(link, bytes, to), of('\r\nSEND OK\r\n'));
  return concat(
    fail$,
    defer(() => (links.finish(link), EMPTY)),
  );
}

/** Passthrough: bytes both ways until a lone `+++`. */
function raw(context: Context): Observable<Print> {
  const { memory, links, input, personality, control } = context;
  return defer(() => {
    const link = links.get(0);
    if (!memory.settings.raw) throw new Refusal('send mode error', errorCode.failed);
    if (link === undefined || links.open.length > 1) throw new Refusal('link is not valid', errorCode.failed);
    const typed$ = input.raw().pipe(mergeMap((bytes) => passOn(context, link, bytes)));
    const quit$ = defer(() => {
      links.setRaw(undefined);
      return control.result((memory.settings.messages & 1) === 0 ? '' : personality.quitRaw);
    });
    const enter$ = concat(
      of(...personality.rawPrompt),
      defer(() => (links.setRaw(link), EMPTY)),
    );
    return concat(merge(typed$, enter$), quit$);
  });
}

/** In passthrough nothing but the line itself keeps the host from sending more than the peer takes. */
function passOn({ links, control }: Context, link: Link, bytes: Buffer): Observable<never> {
  const full = link.unsent > rawBuffer;
  if (full) control.holdInput(true);
  return links.send(link, bytes).pipe(
    catchError(() => EMPTY),
    finalize(() => {
      if (full) control.holdInput(false);
    }),
  );
}

function setRaw({ memory }: Context, { args }: Call): Observable<Print> {
  return defer(() => {
    const on = args.flag(0);
    if (on && memory.settings.mux) throw new Refusal('MUX=1', errorCode.failed);
    memory.settings.raw = on;
    return EMPTY;
  });
}

/** Sending. */
export const sendCommands: readonly Command[] = [
  { name: '+CIPSEND', only: { test: 'N' }, test: () => EMPTY, run: raw, set: send, ownResult: ['run', 'set'] },
  { name: '+CIPSENDEX', since: { N: 1, E: 2 }, set: sendUntil, ownResult: ['set'] },
  { name: '+CIPMODE', query: ({ memory }) => of(`+CIPMODE:${memory.settings.raw ? 1 : 0}\r\n`), set: setRaw },
];
