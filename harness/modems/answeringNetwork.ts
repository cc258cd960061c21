import { EMPTY, NEVER, of } from 'rxjs';

import type { Connection, Network } from '../../src/emulator';

/** A network in which every host accepts connections, takes all bytes, and sends what the spec gives for the connection. */
export function answering(next: () => Connection['data$']): Network {
  return {
    connect: (remote) =>
      of({
        remote,
        localPort: 1,
        data$: next(),
        pause: () => undefined,
        resume: () => undefined,
        write: () => EMPTY,
        end: () => undefined,
        abort: () => undefined,
      }),
    listen: () => NEVER,
    bind: () => NEVER,
  };
}
