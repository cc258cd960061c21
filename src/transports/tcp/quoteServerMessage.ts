import { catchError, defer, type MonoTypeOperatorFunction, tap, throwError } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';

/** The most bytes of a message before the end. If more have come, the line was in use. */
const longestMessage = 192;
/** The fewest characters of a piece of text. Shorter pieces are other bytes that happen to be printable. */
const shortestText = 4;

/**
 * Adds the text that a serial server has sent to the error that ends its connection, when the server has sent nothing
 * else: many servers say in text why they close a connection (`ser2net`: `Port already in use`).
 *
 *     data$  --[Port already in use\r\n]--#
 *     out$   --[Port already in use\r\n]--# the serial server closed the line …; it said "Port already in use"
 *
 * Errors other than an `OSError` stay as they are.
 */
export function quoteServerMessage(): MonoTypeOperatorFunction<Uint8Array> {
  return (data$) =>
    defer(() => {
      let heard = Buffer.alloc(0);
      return data$.pipe(
        tap((chunk) => {
          // One byte more than a message may have, to notice that more has come.
          const room = longestMessage + 1 - heard.length;
          if (room > 0) heard = Buffer.concat([heard, chunk.subarray(0, room)]);
        }),
        catchError((error: unknown) => {
          const message = heard.length <= longestMessage ? printableText(heard) : '';
          if (message === '' || !(error instanceof OSError)) return throwError(() => error);
          const { code, syscall, cause } = error;
          const quoting = `${error.message}; it said ${JSON.stringify(message)}`;
          return throwError(() => new OSError(code, syscall, quoting, { cause }));
        }),
      );
    });
}

/** The pieces of text among the bytes, in one line; between them may be telnet commands. */
function printableText(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .split(/[^\x20-\x7e]+/)
    .map((piece) => piece.trim())
    .filter((piece) => piece.length >= shortestText)
    .join(' ');
}
