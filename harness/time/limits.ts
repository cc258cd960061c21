/**
 * Waits for something, but not longer than a limit.
 *
 * @param limit Milliseconds.
 * @param late Gives the result, or throws, when the limit is reached first.
 */
export function within<T>(limit: number, what: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limited = new Promise<void>((resolve) => {
    timer = setTimeout(() => resolve(), limit);
  }).then(late);
  return Promise.race([what, limited]).finally(() => {
    clearTimeout(timer);
  });
}
