import { fork } from 'node:child_process';
import { once } from 'node:events';

import { of } from 'rxjs';
import { WebSocket } from 'ws';

import type { ESP8285 } from '../../../src/esp8285';
import { observe, watch, watchProtocol, writeMessage } from '../../../src/watch';
import type { Way } from '../watched/watched';

/** Watches an interface, and returns what ends that. */
export type Watch = (nic: ESP8285) => Promise<() => Promise<void>>;

/** Watches an interface in each way. */
export const watchers: Readonly<Record<Way, Watch>> = {
  observed(nic) {
    const watching = observe(nic, { payloads$: of(true) }).subscribe();
    return Promise.resolve(() => {
      watching.unsubscribe();
      return Promise.resolve();
    });
  },
  async served(nic) {
    const watched = await watch(nic);
    return () => watched.close();
  },
  async attached(nic) {
    const watched = await watch(nic);
    // A process of its own, as the browser is one.
    const page = fork(process.argv[1] ?? '', ['page', watched.url], { execArgv: [] });
    await once(page, 'message');
    return async () => {
      page.kill();
      await watched.close();
    };
  },
};

/** Attaches to a program as the page does, asks for payloads, and reads everything. */
export function attachPage(url: string): void {
  const { host, hash } = new URL(url);
  const socket = new WebSocket(`ws://${host}/program?token=${hash.slice('#program='.length)}`, watchProtocol);
  socket.on('open', () => socket.send(writeMessage({ kind: 'payloads', request: 1, areShown: true })));
  socket.once('message', () => process.send?.('attached'));
  socket.on('message', () => undefined);
  process.once('disconnect', () => process.exit());
}
