import { combineLatest, distinctUntilChanged, map, merge, type Observable } from 'rxjs';

import { type Readiness, sameReadiness } from '../../streams';
import type { Connection, SocketState } from './connection';

/** The state of a stream socket. Replays the current one. */
export function socketState(connection: Connection): Observable<SocketState> {
  return merge(connection.phase$, connection.reader.finished$).pipe(
    map(() => connection.state),
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
        // Read from the reader, because the peer's end changes both this and the state, and a subscriber must not see
        // one change without the other.
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
