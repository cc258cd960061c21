import { concat, concatMap, defer, type Observable, of, tap } from 'rxjs';

import type { ErrorCode } from '../../usocket/contract/errno';
import type { Endpoint, OpenStreamOptions } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { Refusal } from '../executor/answer';
import { Unanswered } from '../executor/unanswered';
import { isOffNetwork } from '../links/exchanges/reasons';
import { isStale } from '../links/exchanges/startExchange';
import { ModemStreamLink } from '../links/streamLink';
import type { Opener, OpenerOptions } from './opener';
import { checkTls, restartedUnder, TlsPreparation, tlsFailure } from './tls';

/** A refusal that comes sooner than this (milliseconds) is the peer's. A later one is the modem's own time-out. */
const quickRefusal = 3_000;

/** Opens connections: see {@link Nic.openStream}. */
export class StreamOpener implements Opener<ModemStreamLink> {
  private readonly preparation = new TlsPreparation();

  constructor(private readonly options: OpenerOptions) {}

  open(remote: Endpoint, { keepAlive = 0, noDelay, tls }: OpenStreamOptions = {}): Observable<ModemStreamLink> {
    const { links } = this.options;
    const { address, port } = remote;
    const opened$ = links.open({
      make: (id, context) => {
        if (tls)
          checkTls(
            tls,
            links.some((link) => link.kind === 'stream' && link.isEncrypted),
          );
        return new ModemStreamLink(id, remote, context, tls !== undefined);
      },
      commandsOf: ({ id }) => ({
        before: tls ? this.preparation.commands(id, tls, links.dialect) : [],
        start: common.startStream(id, address, port, keepAlive, tls ? 'SSL' : 'TCP'),
      }),
      failure: (cause, link) => this.failure(remote, cause, link),
    });
    return opened$.pipe(concatMap((link) => (noDelay === undefined ? of(link) : this.configured(link, noDelay))));
  }

  /** Emits the link once the setting is in force. A link that cannot have it is closed. */
  private configured(link: ModemStreamLink, noDelay: boolean): Observable<ModemStreamLink> {
    return defer(() => {
      const discard = () => {
        this.options.links.discard(link);
      };
      const setting$ = link.setNoDelay(noDelay, ({ isAwaited }) => {
        if (!isAwaited) discard();
      });
      return concat(setting$.pipe(tap({ error: discard })), of(link));
    });
  }

  private failure({ address, port }: Endpoint, cause: unknown, link: ModemStreamLink | undefined): unknown {
    const peer = `${address}:${port}`;
    if (cause instanceof Unanswered) {
      return new OSError('ETIMEDOUT', 'connect', `connect: ${peer}: ${cause.message}`, { cause });
    }
    if (!(cause instanceof Refusal)) {
      return link?.isEncrypted && link.life.hasBegun ? restartedUnder(cause, peer) : cause;
    }
    const [code, why] = this.reasonOf(cause, link);
    return new OSError(code, 'connect', `connect: ${peer} ${why} (${cause.message})`, { cause });
  }

  private reasonOf(refusal: Refusal, link: ModemStreamLink | undefined): readonly [ErrorCode, string] {
    const milliseconds = link?.life.tookToStart ?? 0;
    if (isStale(refusal)) return ['EIO', 'was not tried: the modem takes the link for one in use'];
    if (isOffNetwork(refusal) || !this.options.hasAddress()) {
      return ['ENETUNREACH', 'cannot be reached: the modem is not on a network; call nic.connect(ssid, key) first'];
    }
    if (link?.isEncrypted) return tlsFailure(refusal, milliseconds);
    return milliseconds < quickRefusal
      ? ['ECONNREFUSED', 'refused the connection; does the server run, and on this port?']
      : ['ETIMEDOUT', 'did not answer; is the address right, and in reach?'];
  }
}
