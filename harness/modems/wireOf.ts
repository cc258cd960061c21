import { ignoreElements, NEVER, type Observable, of, type SchedulerLike, tap } from 'rxjs';

import { Wire } from '../../src/esp8285/executor/wire';
import type { Expectation } from '../../src/esp8285/grammar/expectation';
import type { Frame } from '../../src/esp8285/grammar/frame';
import type { LineHint } from '../../src/streams';

export interface WireParts {
  /** What the modem says. Default: nothing. */
  readonly frames$?: Observable<Frame>;
  /** The bytes of that. Default: none. */
  readonly rx$?: Observable<Uint8Array>;
  /** What it says beside the line. Default: nothing. */
  readonly hints$?: Observable<LineHint>;
}

/**
 * A wire on which the modem says what diagrams have it say; `said` collects what is written. `isPromptExpected` tells what
 * the grammar is told now.
 */
export function wireOf(
  clock: SchedulerLike,
  { frames$ = NEVER, rx$ = NEVER, hints$ = NEVER }: WireParts = {},
): { readonly wire: Wire; readonly said: string[]; readonly isPromptExpected: () => boolean } {
  const said: string[] = [];
  const write = (bytes: Uint8Array) =>
    of(bytes).pipe(
      tap(() => said.push(String(bytes))),
      ignoreElements(),
    );
  let expectation: Expectation | undefined;
  const cut = (expected: Expectation) => {
    expectation = expected;
    return frames$;
  };
  const wire = new Wire({ rx$, readiness$: NEVER, hints$, write, close: () => NEVER }, cut, clock);
  wire.connect();
  rx$.subscribe((bytes) => wire.received(bytes));
  return { wire, said, isPromptExpected: () => expectation?.prompt === true };
}
