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
import { type Fate, type Pushed, SwitchEvidence, type Waiting } from './switchEvidence';
import { WaitingAnswers } from './waitingAnswers';

/** Milliseconds between two questions what waits, and how often the modem is asked. */
const pause = 50;
const mostQuestions = 100;
/**
 * The same while the modem does not say a length, and pushes nothing. ESP-AT says none for a link that has ended, and the
 * line may have lost its `CLOSED`.
 */
const mostUnsaid = 20;
/** If the rest of the TCP window has fewer bytes than this, it is full: the peer sends no segment into it. */
const smallestSegment = 128;

/** A stream, as a change of the receive mode sees it. */
interface SwitchedStream {
  readonly id: number;
  readonly isEncrypted: boolean;
  readonly life: { readonly isDraining: boolean; readonly isOver: boolean };
  readonly bytes: {
    readonly order: Pick<BlockOrder, 'isHolding' | 'heldBytes' | 'longest' | 'isFull'>;
    /** Whether nothing of it waits, as far as it is known. */
    readonly isEmptied: boolean;
    /** The modem has been asked, and holds this many bytes. */
    found(length: number): void;
    /** The modem is told to push. Blocks that it pushes are held. */
    pushSoon(): void;
    /** Nothing that waits comes before what the modem has pushed. */
    pushed(): void;
    /** The modem pulls again, and `kept` bytes come before what it has pushed; `undefined` if that is unknown. */
    pushedAfter(kept: number | undefined): void;
    /** It will not be known what comes before what the modem has pushed. */
    orderLost(isEmptied: boolean): void;
  };
}

export interface SwitchParts {
  readonly receiveMode: ReceiveMode;
  /** The streams whose data can be pulled. */
  readonly streams: () => readonly SwitchedStream[];
  /** How many blocks the modem has pushed on any link. */
  readonly pushedBlocks: () => number;
}

export interface SwitchOptions extends SwitchParts {
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
  const { receiveMode, why } = options;
  return {
    shown: common.receiveMode(false).shown,
    deadline: usualDeadline + pause * mostQuestions,
    converse: (wire) =>
      defer(() => {
        if (receiveMode.way === 'pushed' || receiveMode.isForced) return of(undefined);
        return askWaiting(wire).pipe(
          concatMap((waiting) => {
            if (!mayPush(options, waiting)) {
              tell(options, waiting);
              return of(undefined);
            }
            wire.note(`received data are pushed from now on: ${why}`);
            return concat(switchOver(wire, options, waiting, pullKept), of(undefined));
          }),
        );
      }),
  };
}

/**
 * Cold: has the modem push because a port for datagrams needs it, whether or not data wait, and completes. What the modem
 * keeps comes before all that it pushes until it holds data back again. A stream whose order cannot be told fails.
 */
export function pushForDatagrams(wire: Wire, parts: SwitchParts): Observable<never> {
  return defer((): Observable<Waiting> => (parts.streams().length === 0 ? of([]) : askWaiting(wire))).pipe(
    concatMap((before) => switchOver(wire, parts, before, holdBehindKept)),
  );
}

/** If it is unknown what the modem does with data that wait, none may wait, or so many that no later ones can come. */
function mayPush({ receiveMode, streams }: SwitchParts, waiting: Waiting): boolean {
  const { keepsWaiting, window } = receiveMode;
  return streams().every(({ id, life, bytes, isEncrypted }) => {
    if (life.isDraining || bytes.order.isHolding) return false;
    const length = waiting[id];
    if (length === undefined) return false;
    if (isEncrypted) return length === 0 && bytes.isEmptied;
    return length === 0 || keepsWaiting === false || (keepsWaiting === undefined && window - length < smallestSegment);
  });
}

/** The line may have lost a notice, so the answer also says what is to be read. */
function tell({ streams }: SwitchParts, waiting: Waiting): void {
  for (const { id, life, bytes } of streams()) if (!life.isDraining) bytes.found(waiting[id] ?? 0);
}

/**
 * What is done when the modem keeps what waits on these links.
 *
 * @param kept How much; `undefined` if it is not certain that it keeps it.
 */
type WhenKept = (
  wire: Wire,
  parts: SwitchParts,
  kept: Waiting | undefined,
  links: readonly SwitchedStream[],
) => Observable<never>;

const pullKept: WhenKept = (wire, { receiveMode, streams }, kept) => {
  wire.note('received data are pulled again: the modem keeps what waited when it was told to push');
  for (const { id, bytes } of held(streams())) bytes.pushedAfter(kept?.[id]);
  return receiveMode.pull(wire);
};

/** The lengths of encrypted links count the encryption, so it is unknown how much has to be read first. */
const holdBehindKept: WhenKept = (_wire, _parts, kept, links) => {
  for (const { id, bytes, isEncrypted } of held(links)) {
    const length = kept?.[id];
    if (length === undefined || (isEncrypted && length > 0)) bytes.orderLost(false);
    else bytes.pushedAfter(length);
  }
  return EMPTY;
};

function switchOver(wire: Wire, parts: SwitchParts, before: Waiting, whenKept: WhenKept): Observable<never> {
  const { receiveMode, streams } = parts;
  for (const { bytes, life } of streams()) if (!life.isDraining) bytes.pushSoon();
  const finished$ = defer(() => {
    if (receiveMode.keepsWaiting === false) {
      for (const { id, bytes, isEncrypted } of held(streams())) if (!isEncrypted || before[id] === 0) bytes.pushed();
    }
    // What the modem does with the data of encrypted links says nothing about the others.
    return concat(
      findOut(wire, parts, before, whenKept, ({ isEncrypted }) => !isEncrypted),
      findOut(wire, parts, before, whenKept, ({ isEncrypted }) => isEncrypted),
    );
  });
  return concat(receiveMode.push(wire), finished$).pipe(
    catchError((error: unknown) => {
      for (const { id, bytes } of held(streams())) bytes.orderLost(before[id] === 0);
      return throwError(() => error);
    }),
  );
}

/**
 * Asks what waits until it is known what the modem does with it. Clients may have come since the modem was told.
 *
 * @param isMeant The links that it is found out for.
 */
function findOut(
  wire: Wire,
  parts: SwitchParts,
  before: Waiting,
  whenKept: WhenKept,
  isMeant: (link: SwitchedStream) => boolean,
): Observable<never> {
  return defer(() => {
    const all = held(parts.streams());
    const links = all.filter(isMeant);
    return links.length === 0 ? EMPTY : findOutFor(wire, parts, { all, links, before, whenKept });
  });
}

interface Question {
  /** All links whose blocks are held. */
  readonly all: readonly SwitchedStream[];
  /** Those of them that it is found out for. */
  readonly links: readonly SwitchedStream[];
  readonly before: Waiting;
  readonly whenKept: WhenKept;
}

function findOutFor(wire: Wire, parts: SwitchParts, { all, links, before, whenKept }: Question): Observable<never> {
  const { receiveMode } = parts;
  const evidence = new SwitchEvidence(
    links.map(({ id }) => id),
    before,
    receiveMode.window,
  );
  const answers = new WaitingAnswers(before);
  let waiting: Waiting = [];
  let questions = 0;
  let unsaid = 0;
  let blocks = parts.pushedBlocks();
  return defer(() => askWaiting(wire)).pipe(
    map((lengths): Fate => {
      questions++;
      waiting = lengths.map((length, id) => {
        const { life, isEncrypted } = all.find((link) => link.id === id) ?? {};
        if (!life || life.isOver) return 0;
        // ESP-AT holds CLOSED back until it has handed all data over, and shows no length for such a link.
        if (life.isDraining) return length ?? 0;
        return isEncrypted ? length : answers.believe(id, length, pushedOn(all, id).bytes);
      });
      const isSaid = links.some(({ id }) => (waiting[id] ?? 0) > 0) || parts.pushedBlocks() !== blocks;
      unsaid = isSaid ? 0 : unsaid + 1;
      blocks = parts.pushedBlocks();
      const fate = evidence.weigh(waiting, (id) => pushedOn(links, id), blocks);
      const isOver = fate === 'none' || fate === 'pushed';
      for (const { id, bytes } of links) if (isOver || waiting[id] === 0) bytes.pushed();
      return fate;
    }),
    repeat({ delay: () => timer(pause, wire.clock) }),
    takeWhile(
      (fate) => fate === 'unknown' && questions < mostQuestions && unsaid < mostUnsaid && !isTooMuch(all),
      true,
    ),
    last(),
    concatMap((fate) => {
      if (fate === 'none') return EMPTY;
      if (!links.some(({ isEncrypted }) => isEncrypted)) receiveMode.keepsWaiting = fate !== 'pushed';
      return fate === 'pushed' ? EMPTY : whenKept(wire, parts, fate === 'kept' ? waiting : undefined, links);
    }),
  );
}

/** Clients that come after the modem has begun to push are not held. */
function held(links: readonly SwitchedStream[]): readonly SwitchedStream[] {
  return links.filter(({ bytes }) => bytes.order.isHolding);
}

function pushedOn(links: readonly SwitchedStream[], id: number): Pushed {
  const { heldBytes = 0, longest = 0 } = links.find((link) => link.id === id)?.bytes.order ?? {};
  return { bytes: heldBytes, longest };
}

function isTooMuch(links: readonly SwitchedStream[]): boolean {
  return links.some(({ bytes }) => bytes.order.isFull);
}
