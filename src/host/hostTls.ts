import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions, type TLSSocket } from 'node:tls';

import type { Endpoint, TlsOptions } from '../usocket/contract/nic';
import { OSError } from '../usocket/contract/osError';
import { certificatesOf } from './certificates';

/**
 * The options of `tls.connect` for a connection, without its address. Throws `EINVAL` when `ca` is not a certificate.
 *
 * @param trusted Authorities in PEM, used when the connection names none.
 */
export function tlsSettings(
  { address }: Endpoint,
  { verify = true, serverName, ca }: TlsOptions,
  trusted: readonly string[] | undefined,
): ConnectionOptions {
  const name = serverName ?? address;
  const authorities = ca === undefined ? trusted : certificatesOf(ca, 'connect');
  return {
    rejectUnauthorized: verify,
    // SNI has no form for addresses.
    ...(isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    ...(authorities && { ca: [...authorities] }),
  };
}

/**
 * Makes an `OSError` of a handshake that failed: `EACCES` when the certificate was not accepted, and `EPROTO`
 * otherwise, also when the peer has only closed the connection. The original error is the `cause`.
 */
export function handshakeError(call: string, socket: TLSSocket, cause: Error): OSError {
  // Its type is `Error`, but it is null until the certificate has been checked.
  const reason: unknown = socket.authorizationError;
  if (reason) {
    const told = "its certificate is not good; check tls.serverName, or give its authority's certificate as tls.ca";
    return new OSError('EACCES', 'connect', `${call}: ${told} (${cause.message})`, { cause });
  }
  const told = 'the TLS handshake failed; does the port speak TLS, and a version of it that both know?';
  return new OSError('EPROTO', 'connect', `${call}: ${told} (${cause.message.trim()})`, { cause });
}
