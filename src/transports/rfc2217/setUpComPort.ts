import {
  filter,
  ignoreElements,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  scan,
  type SchedulerLike,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs';

import { yieldToInput } from '../../streams/internal';
import type { Transport } from '../line/transportUart';
import { COM_PORT, type ComPortCommand } from './comPort';
import type { TelnetEvent } from './telnet';

/** How {@link setUpComPort} sets up a line. */
export interface SetUpComPortOptions {
  /** The commands, the speed first. */
  readonly commands: readonly ComPortCommand[];
  /** Milliseconds without a further answer after which the server will not answer the rest. */
  readonly grace: number;
  /** The scheduler of `grace`. */
  readonly scheduler: SchedulerLike;
  /** Called with a notice for each setting that the server has made differently. */
  readonly notify: (notice: string) => void;
}

/**
 * Sets up the serial port of a server. Completes when the server has confirmed the speed, and has either confirmed the
 * rest or stopped answering. Errors with `EINVAL` when the line cannot be used as the server sets it.
 */
export function setUpComPort(
  transport: Transport,
  events$: Observable<TelnetEvent>,
  { commands, grace, scheduler, notify }: SetUpComPortOptions,
): Observable<never> {
  // An answer may have come while the program was busy.
  const patient = yieldToInput(scheduler);
  const judge = (command: ComPortCommand, value: Buffer | undefined): void => {
    const notice = command.judge(value);
    if (notice !== undefined) notify(notice);
  };
  const answers = commands.map((command) =>
    comPortAnswers(events$).pipe(
      filter(([code, value]) => command.isAnswer(code, value)),
      // A refusal may show the setting before the server has read the command. Then the real answer follows.
      switchMap(([, value]) =>
        isRefusal(command, value) ? timer(grace / 2, patient).pipe(map(() => value)) : of(value),
      ),
      take(1),
      tap((value) => judge(command, value)),
      map(() => command),
    ),
  );
  const [speed] = commands;
  const confirmed$ = merge(...answers).pipe(
    scan((open, command) => open.filter((other) => other !== command), commands),
    switchMap((open) => {
      if (open.length === 0) return of(open);
      return open.some((command) => command === speed) ? NEVER : timer(grace, patient).pipe(map(() => open));
    }),
    take(1),
    tap((open) => {
      for (const command of open) judge(command, undefined);
    }),
    ignoreElements(),
  );
  return merge(confirmed$, transport.send(Buffer.concat(commands.map(({ bytes }) => bytes))));
}

/** The COM-PORT commands of the server: their code and value. */
export function comPortAnswers(events$: Observable<TelnetEvent>): Observable<readonly [code: number, value: Buffer]> {
  return events$.pipe(
    filter((event) => event.kind === 'subnegotiation'),
    filter(({ option }) => option === COM_PORT),
    map(({ bytes }) => [bytes[0] ?? -1, bytes.subarray(1)] as const),
  );
}

function isRefusal(command: ComPortCommand, value: Buffer): boolean {
  try {
    command.judge(value);
    return false;
  } catch {
    return true;
  }
}
