import { catchError, EMPTY, ignoreElements, type OperatorFunction, pipe, tap } from 'rxjs';

import { OSError } from '../../src/usocket/contract/osError';

/** Waits for the end of an operation, and tells what it is: `end`, or the code or the text of the error. Never errors. */
export function noteEnd(note: (end: string) => void): OperatorFunction<unknown, never> {
  return pipe(
    ignoreElements(),
    tap({
      complete: () => {
        note('end');
      },
    }),
    catchError((error: unknown) => {
      note(error instanceof OSError ? error.code : String(error));
      return EMPTY;
    }),
  );
}
