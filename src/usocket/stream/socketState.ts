import { combineLatest, distinctUntilChanged, map, type Observable } from 'rxjs';

import { type Readiness, sameReadiness } from '../../streams';
import type { Connection, SocketPhase } from './connection';

/**
 * Where a stream socket is in its life. `peerClosed`: the peer has ended its side, and what it has sent before can still
 * be read. `failed`: the connection is lost.
 */
export type SocketState = SocketPhase | 'peerClosed' | 'failed';

/** Joins what the calls of a socket have done and what its peer has done. Replays the current state. */
export function socketState({ phase$, reader }: Connection): Observable<SocketState> {
  return combineLatest([phase$, reader.finished$]).pipe(
    map(([phase, finished]) => {
      if (phase !== 'connected' || !finished) return phase;
      return reader.hasFailed ? 'failed' : 'peerClosed';
    }),
    distinctUntilChanged(),
  );
}

/**
 * What could be done with a stream socket without waiting. Replays the current state.
 *
 * @param acceptable$ Whether a connection waits to be accepted.
 * @param failure$ The failure of a non-blocking call that no later call has reported yet.
 */
export function socketReadiness(
  connection: Connection,
  acceptable$: Observable<boolean>,
  failure$: Observable<Error | undefined>,
): Observable<Readiness> {
  const { reader, sender } = connection;
  const changes = [socketState(connection), sender.hasRoom$, failure$, acceptable$, sender.hasFailed$] as const;
  return combineLatest([...changes, reader.readable$]).pipe(
    map(([state, hasRoom, failure, acceptable, sendFailed]) => {
      const halfCloses = connection.link?.halfCloses ?? false;
      return {
        // Asked of the reader, because the peer's end changes both the state and this, and must not be seen half done.
        readable: state === 'closed' || acceptable || reader.readable,
        writable: (state === 'connected' || state === 'peerClosed') && hasRoom,
        hangup: (state === 'peerClosed' && (sendFailed || !halfCloses)) || state === 'failed' || state === 'closed',
        error: (state === 'failed' && reader.failure !== undefined) || failure !== undefined,
        ...(state === 'unconnected' && { unconnected: true }),
        ...(state === 'closed' && { closed: true }),
      };
    }),
    distinctUntilChanged(sameReadiness),
  );
}
