import { ignoreElements, NEVER, type Observable, of, type SchedulerLike, tap } from 'rxjs';

import { Wire } from '../../src/esp8285/executor/wire';
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

/** A wire on which the modem says what diagrams have it say; `said` collects what is written. */
export function wireOf(
  clock: SchedulerLike,
  { frames$ = NEVER, rx$ = NEVER, hints$ = NEVER }: WireParts = {},
): { readonly wire: Wire; readonly said: string[] } {
  const said: string[] = [];
  const write = (bytes: Uint8Array) =>
    of(bytes).pipe(
      tap(() => said.push(String(bytes))),
      ignoreElements(),
    );
  const wire = new Wire({ rx$, readiness$: NEVER, hints$, write, close: () => NEVER }, () => frames$, clock);
  wire.connect();
  return { wire, said };
}
