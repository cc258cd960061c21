import { Observable } from 'rxjs';

/** What {@link handOver} opens: it calls back with the link or with an error, and returns how it is closed again. */
type Open<T> = (opened: (link: T) => void, failed: (error: Error) => void) => () => void;

/** Cold: opens a socket, emits its link and completes. Unsubscribing before that closes the socket. */
export function handOver<T>(open: Open<T>): Observable<T> {
  return new Observable((subscriber) => {
    let isHandedOver = false;
    const close = open(
      (link) => {
        isHandedOver = true;
        subscriber.next(link);
        subscriber.complete();
      },
      (error) => subscriber.error(error),
    );
    return () => {
      if (!isHandedOver) close();
    };
  });
}
