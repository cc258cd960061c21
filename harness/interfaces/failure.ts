import { materialize, firstValueFrom, from, ignoreElements, map, type ObservableInput } from 'rxjs';

import { OSError } from '../../src/usocket/contract/osError';

/** Waits until something fails, and returns its `OSError`. Rejects if it ends in any other way. */
export function failureOf(what: ObservableInput<unknown>): Promise<OSError> {
  return firstValueFrom(
    from(what).pipe(
      ignoreElements(),
      materialize(),
      map((end) => {
        if (end.kind === 'E' && end.error instanceof OSError) return end.error;
        throw new Error(`expected an OSError, got ${end.kind === 'E' ? String(end.error) : 'completion'}`);
      }),
    ),
  );
}

/** Resolves to what a promise rejects with. */
export function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no rejection',
    (reason: unknown) => reason,
  );
}
