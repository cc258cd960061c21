import { concat, concatMap, type Observable, of, tap } from 'rxjs';

import type { ErrorCode } from '../../usocket/contract/errno';
import type { Endpoint, OpenStreamOptions } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import type { Dialect } from '../commands/dialect';
import { Refusal } from '../executor/answer';
import { Unanswered } from '../executor/unanswered';
import { checkEncryption, type Encryption, encryptionFailure, restartedUnder } from './encryption';
import { Link } from './link';
import { isStale } from './linkStart';
import type { LinkTable } from './linkTable';
import { isOffNetwork } from './reasons';

/** A refusal that comes sooner (milliseconds) is the peer's word; one that comes later is the modem's patience at its end. */
const quickRefusal = 3_000;

/** What a connection is opened on. */
export interface StreamOpener {
  readonly links: LinkTable;
  readonly encryption: Encryption;
  readonly dialect: Dialect;
  /** Whether the modem has an address: a refusal is not the peer's word otherwise. */
  readonly hasAddress: () => boolean;
}

/** See {@link Nic.openStream}. */
export function openStream(
  { links, encryption, dialect, hasAddress }: StreamOpener,
  remote: Endpoint,
  { keepAlive = 0, noDelay, tls }: OpenStreamOptions,
): Observable<Link> {
  const { address, port } = remote;
  const opened$ = links.open({
    make: (id, context) => {
      const isInUse = links.some((link) => link instanceof Link && link.isEncrypted);
      if (tls) checkEncryption(tls, isInUse);
      return new Link(id, remote, context, tls !== undefined);
    },
    commandsOf: ({ id }) => ({
      before: tls ? encryption.preparation(id, tls, dialect) : [],
      start: common.startStream(id, address, port, keepAlive, tls ? 'SSL' : 'TCP'),
    }),
    failure: (cause, link) => startError(remote, cause, link, hasAddress()),
  });
  return opened$.pipe(concatMap((link) => (noDelay === undefined ? of(link) : configured(links, link, noDelay))));
}

/** Emits the link once the setting is in force. A link that cannot have it is closed. */
function configured(links: LinkTable, link: Link, noDelay: boolean): Observable<Link> {
  const discard = () => {
    links.discard(link);
  };
  const setting$ = link.setNoDelay(noDelay, ({ isAwaited }) => {
    if (!isAwaited) discard();
  });
  return concat(setting$.pipe(tap({ error: discard })), of(link));
}

function startError({ address, port }: Endpoint, cause: unknown, link: Link | undefined, hasAddress: boolean): unknown {
  const peer = `${address}:${port}`;
  if (cause instanceof Unanswered) {
    return new OSError('ETIMEDOUT', 'connect', `connect: ${peer}: ${cause.message}`, { cause });
  }
  if (!(cause instanceof Refusal)) return link?.isEncrypted && link.begun ? restartedUnder(cause, peer) : cause;
  const [code, why] = reasonOf(cause, link, hasAddress);
  return new OSError(code, 'connect', `connect: ${peer} ${why} (${cause.message})`, { cause });
}

function reasonOf(refusal: Refusal, link: Link | undefined, hasAddress: boolean): readonly [ErrorCode, string] {
  const milliseconds = link?.tookToStart ?? 0;
  if (isStale(refusal)) return ['EIO', 'was not tried: the modem takes the link for one in use'];
  if (isOffNetwork(refusal) || !hasAddress) {
    return ['ENETUNREACH', 'cannot be reached: the modem is not on a network; call nic.connect(ssid, key) first'];
  }
  if (link?.isEncrypted) return encryptionFailure(refusal, milliseconds);
  return milliseconds < quickRefusal
    ? ['ECONNREFUSED', 'refused the connection; does the server run, and on this port?']
    : ['ETIMEDOUT', 'did not answer; is the address right, and in reach?'];
}
