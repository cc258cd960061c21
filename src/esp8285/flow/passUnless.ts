import { type BehaviorSubject, type MonoTypeOperatorFunction, Observable } from 'rxjs';

/** A large chunk is passed on in slices of this many bytes, and the hold is checked between them. */
const slice = 1024;

/**
 * Passes bytes on, in their order, while they are not held. Completion comes after the last bytes, an error at once.
 *
 *     rx$    --[a]--[b]--[c]-------|
 *     held   no-----yes----no-------
 *     out$   --[a]---------([b][c])|
 *
 * It is written by hand, because each chunk of the line passes here.
 */
export function passUnless(held: BehaviorSubject<boolean>): MonoTypeOperatorFunction<Uint8Array> {
  return (rx$) =>
    new Observable((subscriber) => {
      const waiting: Uint8Array[] = [];
      let isPassing = false;
      let hasEnded = false;

      /** A subscriber may hold the line, or cause the next chunk. */
      function pass(): void {
        if (isPassing) return;
        isPassing = true;
        for (let [first] = waiting; first && !held.value && !subscriber.closed; [first] = waiting) {
          const isLong = first.length > slice;
          if (isLong) waiting[0] = first.subarray(slice);
          else waiting.shift();
          subscriber.next(isLong ? first.subarray(0, slice) : first);
        }
        isPassing = false;
        if (hasEnded && waiting.length === 0) subscriber.complete();
      }

      const error = (failure: unknown): void => {
        subscriber.error(failure);
      };
      subscriber.add(held.subscribe({ next: pass, error }));
      subscriber.add(
        rx$.subscribe({
          next(chunk) {
            waiting.push(chunk);
            pass();
          },
          error,
          complete() {
            hasEnded = true;
            pass();
          },
        }),
      );
    });
}
