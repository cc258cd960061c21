import type { ErrorCode } from '../../usocket/contract/errno';
import type { TlsOptions } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import type { Command } from '../commands/command';
import type { Dialect } from '../commands/dialect';
import type { Refusal } from '../executor/answer';

/** A refusal that comes later than this (milliseconds) is the modem's own time-out. A handshake takes 2 to 6 s. */
const slowestHandshake = 15_000;

/** Prepares the modem for encrypted connections. */
export class TlsPreparation {
  /** Link numbers that have ever had a server name. The modem keeps it for the next connection with that number. */
  private readonly named = new Set<number>();

  /**
   * The commands before the start of an encrypted connection. If the modem refuses one, the connection is opened
   * without it.
   *
   * Throws `EINVAL` for a name that cannot be sent.
   */
  commands(link: number, { serverName = '' }: TlsOptions, dialect: Dialect | undefined): readonly Command[] {
    // SNI has no form for addresses.
    const name = /^[\d.]+$|:/.test(serverName) ? '' : serverName;
    const naming = common.serverName(link, name);
    // NonOS has no server names.
    if (dialect?.generation === 'nonos') return [common.encryptionBuffer];
    if (name !== '') this.named.add(link);
    return this.named.has(link) ? [naming] : [];
  }
}

/**
 * Throws `EOPNOTSUPP` unless the program accepts any peer: no build for 1 MB of flash has certificates of authorities, and
 * NonOS checks none at all. Throws `ENOBUFS` when the modem has an encrypted connection already: it refuses a second one,
 * and ESP-AT gives no reason for that.
 */
export function checkTls({ verify = true }: TlsOptions, isInUse: boolean): void {
  if (verify) {
    const message =
      'connect: the modem cannot check certificates: the connection would be encrypted, but to a peer that nothing ' +
      'identifies; tls: { verify: false } accepts that';
    throw new OSError('EOPNOTSUPP', 'connect', message);
  }
  if (isInUse) {
    const message =
      'connect: the modem has one encrypted connection at a time, and it is in use; close that socket first';
    throw new OSError('ENOBUFS', 'connect', message);
  }
}

/**
 * Why an encrypted connection was not made. The modem does not distinguish a refused connection from a failed handshake: a
 * bare `ERROR` may be either, and NonOS has been seen to say `CLOSED` and `OK` (WiFiEsp issue 162).
 */
export function tlsFailure({ lines }: Refusal, milliseconds: number): readonly [ErrorCode, string] {
  if (lines.includes('ssl reach max')) {
    return ['ENOBUFS', 'was not tried: the modem has one encrypted connection at a time, and takes it for used'];
  }
  // AT 0.x has no other type than TCP and UDP (seen on 0.51).
  if (lines.some((line) => /^Link typ\w* ERROR$/.test(line))) {
    return ['EOPNOTSUPP', 'was not tried: the firmware of the modem has no encryption'];
  }
  return milliseconds < slowestHandshake
    ? [
        'EPROTO',
        'made no encrypted connection: nobody listens there, or the TLS handshake failed; ' +
          'firmware of that age knows old ciphers only, and many servers accept them no more',
      ]
    : ['ETIMEDOUT', 'did not answer; is the address right, and in reach?'];
}

/** Explains a restart during a handshake: old firmware restarts when it has no memory left for one (WiFiEsp issue 29). */
export function restartedUnder(error: unknown, what: string): unknown {
  if (!(error instanceof OSError && error.code === 'ECONNRESET')) return error;
  const message = `connect: ${what}: the modem started again under the TLS handshake; its memory may be too small for that`;
  return new OSError('ECONNRESET', 'connect', message, { cause: error });
}
