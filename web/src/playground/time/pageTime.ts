import type { RealTime } from './adjustableTime';

/**
 * The real time of the page. A callback without a delay comes in the next task by a message, because browsers delay nested
 * timers by 4 ms.
 */
export function pageTime(): RealTime {
  const { port1: inbox, port2: outbox } = new MessageChannel();
  const waiting = new Set<() => void>();
  inbox.onmessage = () => {
    const [next] = waiting;
    if (!next) return;
    waiting.delete(next);
    next();
  };
  return {
    now: () => performance.timeOrigin + performance.now(),
    start(callback, delay) {
      if (delay > 0) {
        const timer = setTimeout(callback, Math.ceil(delay));
        return () => clearTimeout(timer);
      }
      const once = () => callback();
      waiting.add(once);
      outbox.postMessage(undefined);
      return () => waiting.delete(once);
    },
  };
}
