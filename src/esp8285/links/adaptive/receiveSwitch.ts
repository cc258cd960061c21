import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  last,
  map,
  type Observable,
  of,
  repeat,
  takeWhile,
  throwError,
  timer,
} from 'rxjs';

import { common } from '../../commands/catalogue';
import { type Exchange, usualDeadline } from '../../executor/exchange';
import type { Wire } from '../../executor/wire';
import { askWaiting } from '../exchanges/linkStatus';
import type { BlockOrder } from './blockOrder';
import type { ReceiveMode } from './receiveMode';
import { type Pushed, SwitchEvidence, type Verdict, type Waiting } from './switchEvidence';

/** Milliseconds between two questions what waits, and how often the modem is asked. */
const pause = 50;
const mostQuestions = 100;
/** The most bytes that are held for a link while it is unknown what comes before them. */
const mostHeld = 65_536;
/** If the rest of the TCP window has fewer bytes than this, it is full: the peer sends no segment into it. */
const smallestSegment = 128;

/** A stream, as a change of the receive mode sees it. */
export interface SwitchedStream {
  readonly id: number;
  readonly isEncrypted: boolean;
  readonly life: { readonly isDraining: boolean; readonly isOver: boolean };
  readonly bytes: {
    readonly order: Pick<BlockOrder, 'isHolding' | 'heldBytes' | 'longest'>;
    /** Whether nothing of it waits, as far as it is known. */
    readonly isEmptied: boolean;
    /** The modem is told to push. Blocks that it pushes are held. */
    pushSoon(): void;
    /** Nothing that waits comes before what the modem has pushed. */
    pushed(): void;
    /** The modem pulls again, and so many bytes come before what it has pushed; `undefined` if that is unknown. */
    pushedAfter(kept: number | undefined): void;
    /** It will not be known what comes before what the modem has pushed. */
    orderLost(isEmptied: boolean): void;
  };
}

export interface SwitchOptions {
  readonly receiveMode: ReceiveMode;
  /** The streams whose data can be pulled. */
  readonly streams: () => readonly SwitchedStream[];
  /** For the trace. */
  readonly why: string;
  /** The link that it concerns. */
  readonly link?: number | undefined;
}

/** Has the modem hold received data back. What it has pushed until its `OK` is in order with what it holds then. */
export function pullExchange({ receiveMode, why, link }: SwitchOptions): Exchange<void> {
  return {
    shown: common.receiveMode(true).shown,
    deadline: usualDeadline,
    converse: (wire) =>
      defer(() => {
        if (receiveMode.way === 'pulled' || receiveMode.isForced) return of(undefined);
        wire.note(`received data are pulled from now on: ${why}`, link);
        return concat(receiveMode.pull(wire), of(undefined));
      }),
  };
}

/**
 * Has the modem push received data, if it is certain, or will be certain afterwards, that their order is kept. If data
 * wait and it keeps them, it has to hold data back again at once.
 */
export function pushExchange(options: SwitchOptions): Exchange<void> {
  const { receiveMode, streams, why } = options;
  return {
    shown: common.receiveMode(false).shown,
    deadline: usualDeadline + pause * mostQuestions,
    converse: (wire) =>
      defer(() => {
        if (receiveMode.way === 'pushed' || receiveMode.isForced) return of(undefined);
        return askWaiting(wire).pipe(
          concatMap((waiting) => {
            if (!mayPush(options, waiting)) return of(undefined);
            wire.note(`received data are pushed from now on: ${why}`);
            const links = streams();
            for (const { bytes } of links) bytes.pushSoon();
            return concat(switchOver(wire, options, links, waiting), of(undefined));
          }),
        );
      }),
  };
}

/** If it is unknown what the modem does with data that wait, none may wait, or so many that no later ones can come. */
function mayPush({ receiveMode, streams }: SwitchOptions, waiting: Waiting): boolean {
  const { keepsWaiting, window } = receiveMode;
  return streams().every(({ id, life, bytes, isEncrypted }) => {
    if (life.isDraining || bytes.order.isHolding) return false;
    const length = waiting[id];
    if (length === undefined) return false;
    if (isEncrypted) return length === 0 && bytes.isEmptied;
    return length === 0 || keepsWaiting === false || (keepsWaiting === undefined && window - length < smallestSegment);
  });
}

function switchOver(
  wire: Wire,
  options: SwitchOptions,
  links: readonly SwitchedStream[],
  before: Waiting,
): Observable<never> {
  const { receiveMode } = options;
  const finished$ = defer(() => {
    if (receiveMode.keepsWaiting !== false) return findOut(wire, options, links, before);
    for (const { bytes } of links) bytes.pushed();
    return EMPTY;
  });
  return concat(receiveMode.push(wire), finished$).pipe(
    catchError((error: unknown) => {
      for (const { id, bytes } of links) bytes.orderLost(before[id] === 0);
      return throwError(() => error);
    }),
  );
}

/** Asks what waits until it is known what the modem does with it. */
function findOut(
  wire: Wire,
  { receiveMode }: SwitchOptions,
  links: readonly SwitchedStream[],
  before: Waiting,
): Observable<never> {
  const evidence = new SwitchEvidence(
    links.map(({ id }) => id),
    before,
    receiveMode.window,
  );
  let waiting: Waiting = [];
  let questions = 0;
  return defer(() => askWaiting(wire)).pipe(
    map((lengths): Verdict => {
      questions++;
      waiting = lengths.map((length, id) => (links.some((link) => link.id === id && !link.life.isOver) ? length : 0));
      const verdict = evidence.judge(waiting, (id) => pushedOn(links, id));
      const isOver = verdict === 'none' || verdict === 'pushed';
      for (const { id, bytes } of links) if (isOver || waiting[id] === 0) bytes.pushed();
      return verdict;
    }),
    repeat({ delay: () => timer(pause, wire.clock) }),
    takeWhile((verdict) => verdict === 'unknown' && questions < mostQuestions && !isTooMuch(links), true),
    last(),
    concatMap((verdict) => {
      if (verdict === 'none') return EMPTY;
      receiveMode.keepsWaiting = verdict !== 'pushed';
      if (verdict === 'pushed') return EMPTY;
      wire.note('received data are pulled again: the modem keeps what waited when it was told to push');
      for (const { id, bytes } of links) bytes.pushedAfter(verdict === 'kept' ? waiting[id] : undefined);
      return receiveMode.pull(wire);
    }),
  );
}

function pushedOn(links: readonly SwitchedStream[], id: number): Pushed {
  const { heldBytes = 0, longest = 0 } = links.find((link) => link.id === id)?.bytes.order ?? {};
  return { bytes: heldBytes, longest };
}

function isTooMuch(links: readonly SwitchedStream[]): boolean {
  return links.some(({ bytes }) => bytes.order.heldBytes > mostHeld);
}
