import { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Observable, SchedulerLike } from 'rxjs';

import { deadline } from '../streams';
import { systemError } from '../system/systemError';
import type { Endpoint, OpenStreamOptions, StreamLink } from '../usocket/contract/nic';
import { OSError } from '../usocket/contract/osError';
import { handOver } from './handOver';
import { handshakeError, tlsSettings } from './hostTls';

/** How long an encrypted connection may take to open, in milliseconds. It is the same on a modem. */
const handshakeDeadline = 60_000;

/** What opening a stream needs of its interface. */
export interface OpenHostStreamOptions {
  /** The authorities, in PEM, that certificates are checked by if the connection names none. */
  readonly trusted: readonly string[] | undefined;
  /** The scheduler of the handshake. */
  readonly scheduler: SchedulerLike;
  /** Makes the link of a connection. */
  readonly adopt: (remote: Endpoint, socket: Socket) => StreamLink;
}

/** Cold: connects, emits the link and completes. Unsubscribing before that destroys the socket. */
export function openHostStream(
  remote: Endpoint,
  { keepAlive = 0, noDelay = true, tls }: OpenStreamOptions,
  { trusted, scheduler, adopt }: OpenHostStreamOptions,
): Observable<StreamLink> {
  const { address, port } = remote;
  const call = `connect to ${address}:${port}`;
  const attempt$ = handOver<StreamLink>((opened, failed) => {
    // Half open, as in the operating system. Otherwise Node.js answers the peer's EOF with one of its own.
    const options = { host: address, port, noDelay, allowHalfOpen: true };
    const secure = tls && connectTls({ ...options, ...tlsSettings(remote, tls, trusted) });
    const socket = secure ?? new Socket({ allowHalfOpen: true }).connect(options);
    let failure = (cause: Error): OSError => systemError(call, 'connect', cause);
    socket.once('error', (cause: Error) => failed(failure(cause)));
    if (secure) socket.once('connect', () => (failure = (cause) => handshakeError(call, secure, cause)));
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      if (keepAlive > 0) socket.setKeepAlive(true, keepAlive * 1000);
      opened(adopt(remote, socket));
    });
    return () => socket.destroy();
  });
  // The operating system limits how long connecting takes; nothing limits a handshake.
  return attempt$.pipe(
    deadline(tls ? handshakeDeadline : null, {
      scheduler,
      expired: () => {
        const told = `no TLS handshake within ${handshakeDeadline / 1000} s; does it speak TLS?`;
        return new OSError('ETIMEDOUT', 'connect', `${call}: ${told}`);
      },
    }),
  );
}
