import type { ErrorCode } from '../../usocket/contract/errno';
import type { TlsOptions } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import type { Command } from '../commands/command';
import type { Dialect } from '../commands/dialect';
import type { Refusal } from '../executor/answer';

/** A refusal that comes later (milliseconds) is the modem's patience at its end; a handshake takes it 2 to 6 seconds. */
const slowestHandshake = 15_000;

/** What the modem can do of TLS, and how it is asked for. */
export class Encryption {
  /** Numbers that have ever had a server name: the modem keeps it for whatever connection has the number next. */
  private readonly named = new Set<number>();

  /**
   * What is said before the start of an encrypted connection. A modem that refuses it goes on without.
   *
   * Throws `EINVAL` for a name that cannot be sent.
   */
  preparation(link: number, { serverName = '' }: TlsOptions, { generation }: Dialect): readonly Command[] {
    // An address is no name that a peer could be asked for.
    const name = /^[\d.]+$|:/.test(serverName) ? '' : serverName;
    const naming = common.serverName(link, name);
    // NonOS has no names.
    if (generation === 'nonos') return [common.encryptionBuffer];
    if (name !== '') this.named.add(link);
    return this.named.has(link) ? [naming] : [];
  }
}

/**
 * Throws `EOPNOTSUPP` unless the peer may be anybody: no build for 1 MB of flash has certificates of authorities, and NonOS
 * checks none at all. `ENOBUFS` when the modem has an encrypted connection: two are refused, by ESP-AT without a reason.
 */
export function checkEncryption({ verify = true }: TlsOptions, isInUse: boolean): void {
  if (verify) {
    const message =
      'connect: the modem cannot check certificates: the connection would be encrypted, but nobody knows with whom; ' +
      'tls: { verify: false } accepts that';
    throw new OSError('EOPNOTSUPP', 'connect', message);
  }
  if (isInUse) {
    const message =
      'connect: the modem has one encrypted connection at a time, and it is in use; close that socket first';
    throw new OSError('ENOBUFS', 'connect', message);
  }
}

/**
 * Why an encrypted connection has not come to be. The modem does not tell a refused connection from a failed handshake: a
 * bare `ERROR` may be either, and NonOS has been seen to say `CLOSED` and `OK` (WiFiEsp issue 162).
 */
export function encryptionFailure({ lines }: Refusal, milliseconds: number): readonly [ErrorCode, string] {
  if (lines.includes('ssl reach max')) {
    return ['ENOBUFS', 'was not tried: the modem has one encrypted connection at a time, and takes it for used'];
  }
  return milliseconds < slowestHandshake
    ? [
        'EPROTO',
        'made no encrypted connection: nobody listens there, or the TLS handshake failed; ' +
          'firmware of that age knows old ciphers only, and many servers accept them no more',
      ]
    : ['ETIMEDOUT', 'did not answer; is the address right, and in reach?'];
}

/** Old firmware starts again when it has no memory left for a handshake (WiFiEsp issue 29). */
export function restartedUnder(error: unknown, what: string): unknown {
  if (!(error instanceof OSError && error.code === 'ECONNRESET')) return error;
  const message = `connect: ${what}: the modem started again under the TLS handshake; its memory may be too small for that`;
  return new OSError('ECONNRESET', 'connect', message, { cause: error });
}
