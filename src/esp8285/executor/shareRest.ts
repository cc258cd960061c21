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
    let subscribers: Subscriber<T>[] = [];
    /** A copy of them, made for a value and used until they change, because they change more often than values come. */
    let told: readonly Subscriber<T>[] | undefined;
    let source = Subscription.EMPTY;
    const leave = (): readonly Subscriber<T>[] => {
      const all = subscribers;
      subscribers = [];
      told = undefined;
      source = Subscription.EMPTY;
      return all;
    };
    return new Observable((subscriber) => {
      subscribers.push(subscriber);
      told = undefined;
      subscriber.add(() => {
        const at = subscribers.indexOf(subscriber);
        // The end has come, and others may have subscribed since.
        if (at < 0) return;
        subscribers.splice(at, 1);
        told = undefined;
        if (subscribers.length === 0) source.unsubscribe();
      });
      if (!source.closed) return;
      source = source$.subscribe({
        next(value) {
          const current = (told ??= [...subscribers]);
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
