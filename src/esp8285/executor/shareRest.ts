import { type MonoTypeOperatorFunction, Observable, type Subscriber, Subscription } from 'rxjs';

/**
 * Passes on to all subscribers what a function does not take. It is called once for each value, and only while there are
 * subscribers. Whoever subscribes because of a value does not get it. Whoever subscribes because of the end subscribes to the
 * source anew, as with `share`.
 *
 *     source$           --a--b--c-
 *     shareRest(is b)   --a-----c-
 *
 * It is written by hand instead of `filter` and `share`, because each conversation subscribes several times.
 *
 * @param takes Returns whether the value is not passed on.
 */
export function shareRest<T>(takes: (value: T) => boolean): MonoTypeOperatorFunction<T> {
  return (source$) => {
    let subscribers: readonly Subscriber<T>[] = [];
    let source = Subscription.EMPTY;
    const leave = (): readonly Subscriber<T>[] => {
      const all = subscribers;
      subscribers = [];
      source = Subscription.EMPTY;
      return all;
    };
    return new Observable((subscriber) => {
      subscribers = [...subscribers, subscriber];
      subscriber.add(() => {
        subscribers = subscribers.filter((other) => other !== subscriber);
        if (subscribers.length === 0) source.unsubscribe();
      });
      if (!source.closed) return;
      source = source$.subscribe({
        next(value) {
          const current = subscribers;
          if (!takes(value)) for (const each of current) each.next(value);
        },
        error(cause: unknown) {
          for (const each of leave()) each.error(cause);
        },
        complete() {
          for (const each of leave()) each.complete();
        },
      });
    });
  };
}
