import { concat, concatMap, delay, from, ignoreElements, of, type SchedulerLike, takeUntil, timer } from 'rxjs';
import type { Talk } from 'rx-usocket/testing';

/** What a client says, one line after the other. */
const lines = ['Hello, I am client', 'How is the weather over there?', 'Good bye!'];

/** A client that talks to a server on the modem: it says a few lines, reads what comes, and leaves. */
export const talkingClient =
  (number: number, time: SchedulerLike): Talk =>
  (received$) => {
    const said$ = from(lines).pipe(
      concatMap((line, index) =>
        of(index === 0 ? `${line} ${number}.\n` : `${line}\n`).pipe(delay(300 + 450 * index + 130 * number, time)),
      ),
    );
    // It leaves some time after its last line, or when the server ends the connection.
    const heard$ = received$.pipe(ignoreElements(), takeUntil(timer(1500, time)));
    return concat(said$, heard$);
  };
