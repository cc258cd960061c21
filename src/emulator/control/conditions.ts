import {
  catchError,
  defer,
  EmptyError,
  filter,
  first,
  last,
  map,
  merge,
  type Observable,
  of,
  scan,
  type SchedulerLike,
  throwError,
  timeout,
  TimeoutError,
} from 'rxjs';

import type { Emulator } from '../serve/emulator';
import { type Check, fail, shaped, type Shaped, text, time, whole } from './checks';
import type { Entry, entryKinds, Journal } from './journal';
import { ControlError, switchedOff, timedOut } from './messages';
import { type ShownState, shownState } from './shownState';

/** The default of how long a condition is waited for, in milliseconds. */
const patience = 10_000;

/** What is waited for: an entry of this kind whose text contains this, or something else. */
const wanted = {
  heard: text,
  command: text,
  link: text,
  server: text,
  wifi: text,
  modem: text,
  hint: text,
  fault: text,
  /** The number of bytes, from now on. */
  printed: whole(1, 999_999_999),
  /** A state that has all of this. */
  state: (value: unknown) => value,
} satisfies Readonly<Record<(typeof entryKinds)[number] | 'printed' | 'state', Check<unknown>>>;

const shape = { ...wanted, since: whole(0, Number.MAX_SAFE_INTEGER), timeout: time };

export type Condition = Shaped<typeof shape>;

/** Checks a condition. */
export const condition: Check<Condition> = (value, name) => {
  const checked = shaped(shape)(value, name);
  const names = Object.keys(wanted).filter((key) => Object.hasOwn(checked, key));
  if (names.length !== 1) fail(`${name} says one of ${Object.keys(wanted).join(', ')}, and what it is`);
  return checked;
};

/** What is observed for a condition. */
export interface Observed {
  readonly emulator: Emulator;
  readonly journal: Journal;
  /** The time of the person or program that waits. */
  readonly scheduler: SchedulerLike;
}

/** What has met a condition: an entry of the journal, a state, or the number of printed bytes. */
export type Met = Entry | ShownState | { readonly printed: number };

/**
 * Emits what meets the condition, within the call that causes it, and completes. Errors with a {@link ControlError} when
 * the time is over, or when the modem is switched off.
 */
export function met(awaited: Condition, observed: Observed): Observable<Met> {
  const { timeout: limit = patience } = awaited;
  return defer(() => {
    const before = observed.journal.length;
    return meeting(awaited, observed).pipe(
      first(),
      timeout({ first: limit, scheduler: observed.scheduler }),
      catchError((error: unknown) => throwError(() => failureOf(error, limit, observed.journal.since(before)))),
      // When nothing is observed any more, because the fault that follows may end what was observed.
      last(),
    );
  });
}

function meeting(awaited: Condition, { emulator, journal }: Observed): Observable<Met> {
  const { since, printed, state } = awaited;
  if (printed !== undefined) {
    return emulator.uart.rx$.pipe(
      scan((sum, chunk) => sum + chunk.length, 0),
      filter((sum) => sum >= printed),
      map((sum) => ({ printed: sum })),
    );
  }
  if (Object.hasOwn(awaited, 'state')) {
    return merge(of(undefined), journal.from(), emulator.uart.rx$).pipe(
      map(() => shownState(emulator)),
      filter((current) => has(current, state)),
    );
  }
  return journal.from(since).pipe(filter(({ kind, text: said }) => said.includes(awaited[kind] ?? '\0')));
}

/** Whether a value has everything that is wanted. A list has the wanted members in their places, and no others. */
function has(value: unknown, want: unknown): boolean {
  if (typeof want !== 'object' || want === null) return value === want || (want === null && value === undefined);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(want) && (value as readonly unknown[]).length !== want.length) return false;
  return Object.entries(want).every(([key, part]) => has((value as Readonly<Record<string, unknown>>)[key], part));
}

function failureOf(error: unknown, limit: number, meanwhile: readonly Entry[]): unknown {
  if (error instanceof TimeoutError) {
    const last = meanwhile.at(-1);
    const seen =
      last === undefined ? 'nothing' : `${meanwhile.length} entries, the last of them ${last.kind}: ${last.text}`;
    return new ControlError(timedOut, `not within ${limit} ms; meanwhile the journal has got ${seen}`);
  }
  if (error instanceof ControlError) return error;
  const isOver = error instanceof EmptyError || (error instanceof Error && error.name === 'LineError');
  return isOver ? new ControlError(switchedOff, 'the virtual modem has been switched off') : error;
}
