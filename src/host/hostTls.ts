import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions, type TLSSocket } from 'node:tls';

import type { Endpoint, TlsOptions } from '../usocket/contract/nic';
import { certificatesOf } from './certificates';
import { OSError } from '../usocket/contract/osError';

/**
 * What Node's `tls.connect` is told: everything of the connection but the address. Throws `EINVAL` for what is no
 * certificate.
 *
 * @param trusted Authorities in PEM, where the connection names none.
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
    // An address is no name that a peer could be asked for.
    ...(isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    ...(authorities && { ca: [...authorities] }),
  };
}

/**
 * Puts the failure of a handshake into the words of the socket module: `EACCES` when the certificate is not good, `EPROTO`
 * for everything else, a peer that just closes included; the original is always the `cause`.
 */
export function handshakeError(call: string, socket: TLSSocket, cause: Error): OSError {
  // The types have it always there; it is null before there is a verdict.
  const verdict: unknown = socket.authorizationError;
  if (verdict) {
    const told = "its certificate is not good; check tls.serverName, or give its authority's certificate as tls.ca";
    return new OSError('EACCES', 'connect', `${call}: ${told} (${cause.message})`, { cause });
  }
  const told = 'the TLS handshake failed; does the port speak TLS, and a version of it that both know?';
  return new OSError('EPROTO', 'connect', `${call}: ${told} (${cause.message.trim()})`, { cause });
}
