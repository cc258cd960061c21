import type { watch as watchOnNode } from '../watch/watch';

export const watch: typeof watchOnNode = () =>
  Promise.reject(
    new Error('a browser cannot serve a page; subscribe to observe(nic), and show the events in this one'),
  );
