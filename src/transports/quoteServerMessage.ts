import { type MonoTypeOperatorFunction, catchError, defer, tap, throwError } from 'rxjs';

import { OSError } from '../usocket/contract/osError';

/** Bytes in which a server says why it closes; a line that has carried more was in use. */
const longest = 192;
/** Characters of a word that is no accident, at least. */
const shortest = 4;

/**
 * Adds to the error of a line what its server had said by then, where that is all that it has said: many say in text why
 * they close (`ser2net`: `Port already in use`).
 *
 *     data$  --[Port already in use\r\n]--#
 *     out$   --[Port already in use\r\n]--# closed the line …; it said "Port already in use"
 */
export function quotingLastWords(): MonoTypeOperatorFunction<Uint8Array> {
  return (data$) =>
    defer(() => {
      let heard = Buffer.alloc(0);
      return data$.pipe(
        tap((chunk) => {
          // One byte more, by which it is seen that it was more.
          if (heard.length <= longest) heard = Buffer.concat([heard, chunk.subarray(0, longest + 1 - heard.length)]);
        }),
        catchError((error: unknown) => {
          const words = heard.length <= longest ? wordsOf(heard) : '';
          if (words === '' || !(error instanceof OSError)) return throwError(() => error);
          const message = `${error.message}; it said ${JSON.stringify(words)}`;
          return throwError(() => new OSError(error.code, error.syscall, message, { cause: error.cause }));
        }),
      );
    });
}

/** What can be read of it, in one line: a telnet server negotiates around its words. */
function wordsOf(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .split(/[^\x20-\x7e]+/)
    .map((run) => run.trim())
    .filter((run) => run.length >= shortest)
    .join(' ');
}
