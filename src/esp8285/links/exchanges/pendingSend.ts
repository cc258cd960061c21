import {
  catchError,
  concat,
  first,
  ignoreElements,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type OperatorFunction,
  take,
  throwError,
  timer,
} from 'rxjs';

import type { Command } from '../../commands/command';
import { padSend } from '../../executor/padSend';
import { AnswerLost, Unanswered } from '../../executor/unanswered';
import type { Wire } from '../../executor/wire';
import type { Frame } from '../../grammar/frame';
import { BytesReplaced } from './sendErrors';

/** Milliseconds of silence after which a modem that may wait for the bytes of a send is given bytes. */
export const dataPatience = 1_000;

/** What a send needs to know of its link. */
export interface SendingLink {
  readonly id: number;
  /** Whether bytes may be handed to the link, as far as the modem has said. */
  readonly isOpen: boolean;
  /** Whether the link has ended, as far as the modem has said. */
  readonly isGone: boolean;
}

/** A send in progress. */
export interface PendingSend {
  readonly wire: Wire;
  readonly command: Command;
  readonly link: SendingLink;
  /** Bytes of the send. */
  readonly length: number;
  /** Whether the result may wait until the peer takes the bytes. Datagrams wait for nobody. */
  readonly waitsForPeer?: boolean;
}

/**
 * Pads the send if the modem is silent, and then fails with the same error. A silent modem may wait for bytes for ever,
 * and all other callers would wait with it.
 */
export function padWhenSilent<T>({ wire, command, length }: PendingSend): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    const fail$ = throwError(() => error);
    if (!(error instanceof Unanswered) || error instanceof AnswerLost || error instanceof BytesReplaced) return fail$;
    const heard$ = merge(
      wire.frames$.pipe(first(isTaken), throwBytesReplaced(command)),
      concat(padSend(wire, length), timer(dataPatience, wire.clock)),
    );
    return concat(heard$.pipe(take(1), ignoreElements()), fail$);
  });
}

/** Fails with {@link BytesReplaced}. */
export function throwBytesReplaced(command: Command): OperatorFunction<Frame, never> {
  return map(() => fail(new BytesReplaced(command)));
}

/** Whether the modem says that it has taken the bytes of a send, even in a damaged line. */
export function isTaken(frame: Frame): boolean {
  return frame.kind === 'taken' || (frame.kind === 'line' && frame.text.startsWith('Recv'));
}

export function fail(error: Error): never {
  throw error;
}
