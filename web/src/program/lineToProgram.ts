import { from, Observable, type ObservableInput } from 'rxjs';
import type { Uart } from 'rx-usocket';

/** The line of the page in the classes of the program's frame: bytes are of its `Uint8Array`, and errors of its `Error`. */
export function lineToProgram(line: Uart): Uart {
  const { port, hold, expect, longestPause, hints$, notices$, setBaudRate, reopen, advice } = line;
  return {
    rx$: through(line.rx$, (chunk) => new Uint8Array(chunk)),
    readiness$: through(line.readiness$),
    write: (bytes) => through(line.write(bytes)),
    close: () => through(line.close()),
    longestPause,
    advice,
    get baudRate() {
      return line.baudRate;
    },
    get collectsFor() {
      return line.collectsFor;
    },
    ...(port !== undefined && { port }),
    ...(hold && { hold }),
    ...(expect && { expect }),
    ...(hints$ && { hints$: through(hints$) }),
    ...(notices$ && { notices$: through(notices$) }),
    ...(setBaudRate && { setBaudRate: (baudRate: number) => through(setBaudRate(baudRate)) }),
    ...(reopen && { reopen: () => through(reopen()) }),
  };
}

function through<T>(values$: ObservableInput<T>, own = (value: T): T => value): Observable<T> {
  return new Observable((subscriber) =>
    from(values$).subscribe({
      next: (value) => subscriber.next(own(value)),
      error: (error: unknown) => subscriber.error(ownError(error)),
      complete: () => subscriber.complete(),
    }),
  );
}

/** The driver makes its own error of one with a code. */
function ownError(error: unknown): Error {
  const { message = String(error), code } = error as { readonly message?: string; readonly code?: string };
  return Object.assign(new Error(message), code !== undefined && { code });
}
