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

import type { Arguments } from '../firmware/arguments';
import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import { hintUnlessKnown } from '../links/dial';
import type { VirtualLink } from '../links/virtualLink';
import type { Modem } from '../modem/modem';
import { type Endpoint, isDottedQuad } from '../network/network';
import { accept, type Call, type Command } from './command';
import { linkArgument } from './linkCommands';

/** The most bytes of one `CIPSEND`. */
const sendLimit = 2048;

/** The size of ESP-AT's send buffer, in bytes. While it has room, `SEND OK` comes at once. */
const sendBuffer = 2880;

/** When this many bytes of passthrough are on their way to the peer, no more are taken from the line. */
const passthroughBuffer = 65_536;

/** How long a failed write waits for the close that belongs to it, in milliseconds. */
const closeWait = 500;

interface Order {
  readonly link: VirtualLink;
  readonly length: number;
  readonly to: Endpoint | undefined;
}

function send(modem: Modem, { args }: Call): Observable<Print> {
  return exchange(modem, readOrder(modem, args), { cancel: modem.personality.cancelsSend });
}

/** `CIPSENDEX`, which ends early at a lone `\0`. */
function sendUntil(modem: Modem, { args }: Call): Observable<Print> {
  return exchange(modem, readOrder(modem, args), { early: true });
}

function readOrder(modem: Modem, args: Arguments): Order {
  const { memory, links, internet } = modem;
  if (memory.settings.passthrough) throw new Refusal('IPMODE=1', errorCode.failed);
  const { id, next } = linkArgument(modem, args);
  const link = links.get(id);
  if (link === undefined) throw new Refusal('link is not valid', errorCode.failed);
  const length = args.number(next, 1, Number.MAX_SAFE_INTEGER);
  if (length > sendLimit) throw new Refusal('too long', errorCode.invalid);
  args.limit(next + 3);
  if (!args.has(next + 1)) {
    if (link.kind === 'UDP') hintUnlessKnown(modem, link.remote, 'udp');
    return { link, length, to: undefined };
  }
  const address = internet.resolve(args.text(next + 1, 64, 'ip error'));
  if (address === null || !isDottedQuad(address)) throw new Refusal('ip error', errorCode.invalid);
  const port = args.number(next + 2, 1, 65_535, 'no port');
  if (link.kind === 'UDP') hintUnlessKnown(modem, { address, port }, 'udp');
  return { link, length, to: link.kind === 'UDP' ? { address, port } : undefined };
}

/** Prompt, payload, `Recv` and result. */
function exchange(modem: Modem, order: Order, options: { cancel?: boolean; early?: boolean }): Observable<Print> {
  const { input, personality, runner, faults } = modem;
  if (faults.losePrompt) {
    faults.losePrompt = false;
    return EMPTY;
  }
  const payload$ = input.collect(order.length, options);
  return merge(
    // Subscribed before the prompt is printed, because a fast host sends the payload inside that call.
    payload$.pipe(
      defaultIfEmpty(undefined),
      mergeMap((bytes) => {
        if (bytes === undefined) return runner.result('\r\nSEND Canceled\r\n');
        runner.markSending();
        return transmit(modem, order, bytes);
      }),
    ),
    of(...personality.prompt),
  );
}

function transmit(modem: Modem, { link, to }: Order, bytes: Buffer): Observable<Print> {
  const { delays, runner } = modem;
  return concat(
    delays.after('receipt'),
    defer(() => {
      runner.markTaken();
      return of(`\r\nRecv ${bytes.length} bytes\r\n`);
    }),
    defer(() => outcome(modem, link, bytes, to)),
  );
}

function outcome(modem: Modem, link: VirtualLink, bytes: Buffer, to: Endpoint | undefined): Observable<Print> {
  const { links, personality, faults } = modem;
  if (faults.sendFail !== undefined && !link.isHeld) return failOnPurpose(modem, link, bytes, to);
  if (links.get(link.id) !== link) return modem.runner.result(personality.sendFailOnClose);
  const gone$ = link.gone$.pipe(
    take(1),
    map(() => personality.sendFailOnClose),
  );
  return merge(gone$, sent(modem, link, bytes, to)).pipe(
    take(1),
    mergeMap((result) => modem.runner.result(result)),
  );
}

function sent(modem: Modem, link: VirtualLink, bytes: Buffer, to: Endpoint | undefined): Observable<Print> {
  const { links, personality, delays } = modem;
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
    // `SEND OK` takes no time then, so an answer comes after it, as over any network that takes some.
    if (!waits && pause > 0) handDown();
    link.acknowledging = !isAcknowledged;
    const sent$ = waits ? links.send(link, bytes, to) : EMPTY;
    const ended$: Observable<never> = pause > 0 ? concat(sent$, delays.wait(pause)) : sent$;
    // Not by `concat`, because the answer would come before it when nothing takes time.
    return ended$.pipe(
      defaultIfEmpty('\r\nSEND OK\r\n'),
      finalize(() => {
        link.acknowledging = false;
        if (!waits) handDown();
        links.delivery.pump();
      }),
      catchError(() => concat(delays.wait(closeWait), of('\r\nSEND FAIL\r\n'))),
    );
  });
}

/** The fault `send-fail`. With `thenOk` the bytes are sent, as by an internal resend, and before all later ones. */
function failOnPurpose(modem: Modem, link: VirtualLink, bytes: Buffer, to?: Endpoint): Observable<Print> {
  const { faults, delays, links } = modem;
  const thenOk = faults.sendFail?.thenOk === true;
  faults.sendFail = undefined;
  link.hold(true);
  const fail$ = concat(delays.after('roundTrip'), modem.runner.result('\r\nSEND FAIL\r\n'));
  if (!thenOk)
    return concat(
      fail$,
      defer(() => (links.finish(link), EMPTY)),
    );
  const release$ = defer(() => (link.hold(false), EMPTY));
  return concat(merge(links.send(link, bytes, to), concat(fail$, release$)), of('\r\nSEND OK\r\n'));
}

/** Passthrough: bytes go both ways until a lone `+++`. */
function passthrough(modem: Modem): Observable<Print> {
  const { memory, links, input, personality, runner } = modem;
  const link = links.get(0);
  if (!memory.settings.passthrough) throw new Refusal('send mode error', errorCode.failed);
  if (link === undefined || links.open.length > 1) throw new Refusal('link is not valid', errorCode.failed);
  const typed$ = input.untilEscape().pipe(mergeMap((bytes) => passOn(modem, link, bytes)));
  const quit$ = defer(() => {
    links.delivery.setPassthrough(undefined);
    return runner.result((memory.settings.messages & 1) === 0 ? '' : personality.passthroughQuit);
  });
  const enter$ = concat(
    of(...personality.passthroughPrompt),
    defer(() => (links.delivery.setPassthrough(link), EMPTY)),
  );
  return concat(merge(typed$, enter$), quit$);
}

/** In passthrough, only the line can stop a host that sends more than the peer takes. */
function passOn(modem: Modem, link: VirtualLink, bytes: Buffer): Observable<never> {
  const full = link.unsent > passthroughBuffer;
  if (full) modem.holdInput(true);
  return modem.links.send(link, bytes).pipe(
    catchError(() => EMPTY),
    finalize(() => {
      if (full) modem.holdInput(false);
    }),
  );
}

function setPassthrough({ memory }: Modem, { args }: Call): undefined {
  const on = args.flag(0);
  if (on && memory.settings.mux) throw new Refusal('MUX=1', errorCode.failed);
  memory.settings.passthrough = on;
}

/** Sends by length, and passthrough. */
export const sendCommands: readonly Command[] = [
  { name: '+CIPSEND', only: { test: 'N' }, test: accept, run: passthrough, set: send, ownResult: ['run', 'set'] },
  { name: '+CIPSENDEX', since: { N: 1, E: 2 }, set: sendUntil, ownResult: ['set'] },
  {
    name: '+CIPMODE',
    query: ({ memory }) => of(`+CIPMODE:${memory.settings.passthrough ? 1 : 0}\r\n`),
    set: setPassthrough,
  },
];
