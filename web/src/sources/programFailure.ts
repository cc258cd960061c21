import { catchError, concatMap, defer, map, type Observable, of, throwError } from 'rxjs';

import { ConnectionLost } from './programMessages';

/** Whether a server answers at a URL, no matter what. */
export type ServerCheck = (url: string) => Observable<boolean>;

/**
 * Errors with why there is no connection to a program, in words for the user. A browser tells a page nothing about a
 * WebSocket that was refused, so the page asks whether a server is there.
 */
export function programFailure(error: unknown, url: string, answers: ServerCheck): Observable<never> {
  if (!(error instanceof ConnectionLost) || saysWhy(error)) return throwError(() => error);
  const { host } = new URL(url);
  return answers(`http://${host}/`).pipe(
    concatMap((isThere) => throwError(() => new Error(isThere ? refused(host) : absent(host, error.wasOpen)))),
  );
}

/** Whether the program itself has said why it hangs up. */
export function saysWhy(error: unknown): boolean {
  return error instanceof ConnectionLost && error.said !== '';
}

function refused(host: string): string {
  const reason = 'a program has a new token with each start, and takes pages of this machine only';
  return `the server at ${host} refuses this page: ${reason}; open the address that the program prints`;
}

function absent(host: string, wasOpen: boolean): string {
  const advice = 'if it runs again, open the address that it prints';
  return wasOpen ? `the program at ${host} has hung up` : `nobody answers at ${host}; the program has ended; ${advice}`;
}

/** Asks without reading the answer, which another origin would not let the page read. */
export function somebodyAnswers(url: string): Observable<boolean> {
  return defer(() => fetch(url, { mode: 'no-cors', cache: 'no-store' })).pipe(
    map(() => true),
    catchError(() => of(false)),
  );
}
