import { concat, defer, finalize, mergeMap, NEVER, type Observable, of, tap, throwError, timeout } from 'rxjs';

import type { Platform } from '../firmware/platform';
import type { Protocol } from '../network/internet';
import { type Connection, type Endpoint, NetworkError } from '../network/network';

export interface DialOptions {
  readonly remote: Endpoint;
  readonly tls: boolean;
  /** The name that a TLS peer is asked for. */
  readonly serverName: string | undefined;
  /** Whether the station has joined a network. Without one, no host can be reached. */
  readonly online: boolean;
}

/**
 * Connects to a place of the modem's internet, with its latencies, and emits the connection. Errors with a NetworkError.
 * Unsubscribing before that aborts the connection.
 */
export function dial(platform: Platform, options: DialOptions): Observable<Connection> {
  const { delays, internet, scheduler } = platform;
  const { remote, online } = options;
  const { connectTimeout: first } = platform.options;
  const unanswered$ = throwError(
    () => new NetworkError('unreachable', `no answer from ${remote.address}:${remote.port}`),
  );
  return (online ? connect(platform, options) : NEVER).pipe(
    timeout({ first, scheduler, with: () => unanswered$ }),
    mergeMap((connection) => {
      let handedOver = false;
      const handOver$ = defer(() => {
        handedOver = true;
        return of(connection);
      });
      return concat(delays.after('connect'), delays.wait(internet.delay(remote.address)), handOver$).pipe(
        finalize(() => {
          if (!handedOver) connection.abort();
        }),
      );
    }),
  );
}

function connect(platform: Platform, { remote, tls, serverName }: DialOptions): Observable<Connection> {
  const { delays, internet, options, report } = platform;
  const route = internet.route(remote, 'tcp');
  hintUnlessKnown(platform, remote, 'tcp');
  if (route === 'unreachable') return NEVER;
  if (route === 'refused') {
    const refused$ = throwError(() => new NetworkError('refused', `${remote.address}:${remote.port} refuses`));
    return concat(delays.after('connect'), delays.wait(internet.delay(remote.address)), refused$);
  }
  const nobody = `${internet.describe(remote, 'tcp')}, and nobody listens there`;
  return options.network.connect(route, tls, serverName).pipe(
    tap({
      error: (cause: unknown) => {
        if (cause instanceof NetworkError && cause.reason === 'refused') report.hint({ message: nobody });
      },
    }),
  );
}

/** Gives a hint if a place is not in the host table. */
export function hintUnlessKnown({ internet, report }: Platform, place: Endpoint, protocol: Protocol): void {
  if (!internet.knows(place, protocol)) report.hint({ message: internet.unknown(place.address) });
}
