import { catchError, defer, EMPTY, ignoreElements, merge, type Observable, take, throwError } from 'rxjs';

import type { ErrorCode } from '../../usocket/contract/errno';
import type { Datagram, DatagramLink, Endpoint } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { Unanswered } from '../executor/unanswered';
import type { Block } from '../grammar/frame';
import { alongside } from './polling/alongside';
import { LinkGone, ResultLost, SendFailed, SendRefused } from './exchanges/sendErrors';
import { datagramDeadline, sendExchange } from './exchanges/sendExchange';
import { Incoming } from './incoming';
import type { LinkContext } from './linkContext';
import type { LinkDetails } from './linkDetails';
import { LinkLife, type Traffic } from './linkLife';

/** A local port of the modem for datagrams, over one of its links. */
export class ModemDatagramLink implements DatagramLink, Traffic {
  readonly kind = 'datagrams';
  readonly life: LinkLife;
  /** Whether it keeps the program running. */
  isReferenced = true;
  readonly mayPush = true;
  /** A notice may still come from the time before datagrams were pushed. */
  readonly mayNotice = true;
  readonly local: Endpoint;
  readonly datagrams$: Observable<Datagram>;

  private readonly incoming = new Incoming<Datagram>();
  private isClosing = false;
  private receivedBytes = 0;
  private sentBytes = 0;

  constructor(
    readonly id: number,
    port: number,
    private readonly context: LinkContext,
  ) {
    this.life = new LinkLife(id, this, context);
    this.local = { address: '0.0.0.0', port };
    // Polls while nothing comes, because nothing else would notice that the modem or the port is gone.
    this.datagrams$ = this.incoming.items$.pipe(alongside(context.polling()));
  }

  get details(): LinkDetails {
    const { id, life, receivedBytes: received, sentBytes: sent, context } = this;
    const { isHolding: isHeld } = context.hold;
    return { id, kind: 'udp', stage: life.stage, received, sent, queued: 0, waiting: 0, isHeld };
  }

  received({ bytes, remote }: Block): void {
    this.receivedBytes += bytes.length;
    // A copy, because a program may keep a datagram, and with it the whole chunk. Without a sender, it came before the
    // modem showed senders, and cannot be answered.
    this.incoming.push({ data: Buffer.from(bytes), remote: remote ?? { address: '0.0.0.0', port: 0 } });
  }

  /** Only its owner closes a port. Otherwise the network is lost, and the modem has closed all links on it. */
  closed(): void {
    if (this.isClosing) {
      this.life.finish();
    } else {
      this.life.lost(this.error('ENETDOWN', 'recv', 'the modem has closed the port, because it has lost its network'));
      this.context.adjustMode();
    }
  }

  ref(isReferenced: boolean): void {
    this.isReferenced = isReferenced;
    this.context.updateNeed();
  }

  fail(error: OSError): void {
    this.incoming.fail(error);
  }

  complete(): void {
    this.incoming.complete();
  }

  send(data: Uint8Array, remote: Endpoint): Observable<never> {
    return defer(() => {
      if (this.life.failure) throw this.life.failure;
      if (data.length === 0) {
        throw this.error('EMSGSIZE', 'sendto', 'the firmware cannot send a datagram without a byte in it');
      }
      const command = common.sendTo(this.id, data.length, remote);
      const exchange = sendExchange(command, data, this.life, datagramDeadline);
      return merge(
        this.context.executor.run(exchange, ({ end }) => {
          if (end === 'done') this.sentBytes += data.length;
        }),
        this.incoming.end$,
      );
    }).pipe(
      take(1),
      ignoreElements(),
      catchError((cause: unknown) => throwError(() => this.sendError(cause, remote))),
    );
  }

  /** The modem always sends broadcasts. */
  allowBroadcast(): Observable<never> {
    return EMPTY;
  }

  join(): Observable<never> {
    return throwError(() =>
      this.error('ENOPROTOOPT', 'setsockopt', 'the firmware has no command for multicast groups'),
    );
  }

  /** Datagrams that were handed over before are still sent. */
  close(): Observable<never> {
    return defer(() => {
      this.isClosing = true;
      return this.life.close();
    });
  }

  private sendError(cause: unknown, { address, port }: Endpoint): unknown {
    const to = `to ${address}:${port}`;
    if (cause instanceof OSError) return cause;
    if (cause instanceof LinkGone && this.life.failure) return this.life.failure;
    if (!this.context.hasAddress()) {
      return this.error('ENETUNREACH', 'sendto', `${to}: the modem is on no network`, cause);
    }
    if (cause instanceof SendRefused && cause.isThere === false) {
      this.life.closed();
      if (this.life.failure) return this.life.failure;
    }
    if (cause instanceof ResultLost) return this.error('ETIMEDOUT', 'sendto', `${to}: it may have gone`, cause);
    if (cause instanceof SendFailed) {
      return this.error('ENOBUFS', 'sendto', `${to}: the modem has not sent it; send it again later`, cause);
    }
    const code = cause instanceof Unanswered ? 'ETIMEDOUT' : 'EIO';
    return this.error(code, 'sendto', `${to}: the modem has not taken it`, cause);
  }

  private error(code: ErrorCode, syscall: string, what: string, cause?: unknown): OSError {
    const said = cause instanceof Error ? `; ${cause.message}` : '';
    return new OSError(code, syscall, `${syscall}: port ${this.local.port}: ${what}${said}`, { cause });
  }
}
