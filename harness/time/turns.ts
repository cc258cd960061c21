/** Resolves in the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Turns the event loop until a condition holds, for a limited time.
 *
 * @param limit Milliseconds.
 * @returns Whether the condition holds.
 */
export async function turnUntil(holds: () => boolean, limit: number): Promise<boolean> {
  const deadline = performance.now() + limit;
  while (!holds() && performance.now() < deadline) await nextTurn();
  return holds();
}

/** Resolves once all timers of length 0 that are already set have gone off. RxJS throws unhandled errors from such a timer. */
export function afterZeroTimers(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
