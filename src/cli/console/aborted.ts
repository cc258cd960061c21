import { firstValueFrom, fromEvent, map, type Observable, startWith } from 'rxjs';

/** Errors with the reason of the signal as soon as it aborts. */
export function abortError(signal: AbortSignal): Observable<never> {
  return aborts(signal).pipe(
    map((): never => {
      throw signal.reason;
    }),
  );
}

/** Resolves when the command is aborted, which is how one that serves something ends. */
export async function aborted(signal: AbortSignal): Promise<void> {
  await firstValueFrom(aborts(signal));
}

function aborts(signal: AbortSignal): Observable<unknown> {
  const abort$ = fromEvent(signal, 'abort');
  return signal.aborted ? abort$.pipe(startWith(undefined)) : abort$;
}
