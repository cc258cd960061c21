import { combineLatest, distinctUntilChanged, map, type Observable } from 'rxjs';

import { type ByteReader, type Readiness, sameReadiness } from '../../streams';

/** `peerClosed`: the peer has ended its side; what it sent before can still be read. */
export type SocketState = 'unconnected' | 'connecting' | 'connected' | 'listening' | 'peerClosed' | 'failed' | 'closed';

/** How far the socket's own calls have brought it; the rest of its state is what came from the peer. */
export type SocketPhase = Exclude<SocketState, 'peerClosed' | 'failed'>;

/** Joins what the socket's calls did and what its peer did. Replays the current state. */
export function socketState(phase$: Observable<SocketPhase>, reader: ByteReader): Observable<SocketState> {
  return combineLatest([phase$, reader.finished$]).pipe(
    map(([phase, finished]) => {
      if (phase !== 'connected' || !finished) return phase;
      return reader.hasFailed ? 'failed' : 'peerClosed';
    }),
    distinctUntilChanged(),
  );
}

export interface ReadinessSources {
  readonly state$: Observable<SocketState>;
  readonly reader: ByteReader;
  /** Whether a connection waits to be accepted. */
  readonly acceptable$: Observable<boolean>;
  /** Whether the send buffer has room. */
  readonly hasRoom$: Observable<boolean>;
  /** Whether a send has failed. */
  readonly sendFailed$: Observable<boolean>;
  /** Whether bytes can be sent when the peer has ended its side. */
  readonly halfCloses: () => boolean;
  /** The failure of a non-blocking call that no later call has reported yet. */
  readonly failure$: Observable<Error | undefined>;
}

/** What could be done with a socket without waiting. Replays the current state. */
export function socketReadiness({
  state$,
  reader,
  acceptable$,
  hasRoom$,
  sendFailed$,
  halfCloses,
  failure$,
}: ReadinessSources): Observable<Readiness> {
  return combineLatest([state$, hasRoom$, failure$, acceptable$, sendFailed$, reader.readable$]).pipe(
    map(([state, hasRoom, failure, acceptable, sendFailed]) => ({
      // Asked for, not as last told: the peer's end changes state and readability, and must not be seen half way.
      readable: state === 'closed' || acceptable || reader.readable,
      writable: (state === 'connected' || state === 'peerClosed') && hasRoom,
      hangup: (state === 'peerClosed' && (sendFailed || !halfCloses())) || state === 'failed' || state === 'closed',
      error: (state === 'failed' && reader.failure !== undefined) || failure !== undefined,
      ...(state === 'unconnected' && { unconnected: true }),
      ...(state === 'closed' && { closed: true }),
    })),
    distinctUntilChanged(sameReadiness),
  );
}
