import {
  AsyncSubject,
  catchError,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  type Observable,
  take,
  takeUntil,
  throwError,
} from 'rxjs';

import type { ErrorCode } from '../../usocket/contract/errno';
import type { Datagram, DatagramLink, Endpoint } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { Unanswered } from '../executor/unanswered';
import type { Block } from '../grammar/frame';
import { Incoming } from './incoming';
import type { LinkContext, NumberedLink } from './numberedLink';
import { datagramDeadline, LinkGone, ResultLost, sendExchange, SendFailed, SendRefused } from './sendExchange';

/** A local port of the modem for datagrams, over one of its links. */
export class ModemDatagramLink implements NumberedLink, DatagramLink {
  readonly mayPush = true;
  /** A notice is of a time before datagrams were pushed. */
  readonly mayNotice = true;
  begun = false;
  tookToStart = 0;
  readonly local: Endpoint;
  readonly datagrams$: Observable<Datagram>;

  private phase: 'opening' | 'open' | 'closing' | 'over' = 'opening';
  private failure: OSError | undefined;
  private readonly incoming = new Incoming<Datagram>();
  private readonly end = new AsyncSubject<never>();

  constructor(
    readonly id: number,
    port: number,
    private readonly context: LinkContext,
  ) {
    this.local = { address: '0.0.0.0', port };
    // Nobody else would ask while nothing comes, whether the modem, and the port, are still there.
    this.datagrams$ = merge(this.incoming.items$, this.incoming.whileItLasts(context.asking$));
  }

  get isOpen(): boolean {
    return this.phase === 'open';
  }

  /** What was asked for before it was closed is sent. */
  get canSend(): boolean {
    return !this.isGone;
  }

  get hasOpened(): boolean {
    return this.phase !== 'opening';
  }

  get isGone(): boolean {
    return this.phase === 'over';
  }

  opened(): void {
    if (this.phase === 'opening') this.phase = 'open';
  }

  received({ pieces, remote }: Block): void {
    // Without a sender it came before senders were told, and cannot be answered.
    this.incoming.push({ data: Buffer.concat(pieces), remote: remote ?? { address: '0.0.0.0', port: 0 } });
  }

  noticed(): void {
    // Its datagrams come by themselves.
  }

  taken(_length: number, isThere: boolean): void {
    if (!isThere) this.closed();
  }

  doubt(): void {
    // Datagrams may get lost: each that comes is whole.
  }

  confirmDoubt(): void {
    // As above.
  }

  damaged(): void {
    // As above: what is left of it is not handed on.
  }

  pullAgain(): void {
    // Nothing is held back for this one.
  }

  cutOff(): void {
    // A port needs no peer: it is closed, or it is there when the network is back.
  }

  givenUp(error: OSError): void {
    this.fail(error);
  }

  /** Nobody ends a port but its owner: the network has gone, and the modem has closed what was open on it. */
  closed(): void {
    if (this.phase === 'closing') this.finish();
    if (this.phase !== 'open') return;
    this.fail(this.error('ENETDOWN', 'recv', 'the modem has closed the port, for it has lost its network'));
    this.release();
    this.context.settle();
  }

  lost(error: OSError): void {
    this.fail(error);
    this.release();
  }

  send(data: Uint8Array, remote: Endpoint): Observable<never> {
    return defer(() => {
      if (this.failure) throw this.failure;
      if (data.length === 0) {
        throw this.error('EMSGSIZE', 'sendto', 'the firmware cannot send a datagram without a byte in it');
      }
      const command = common.sendTo(this.id, data.length, remote);
      const exchange = sendExchange(command, data, this, datagramDeadline);
      return merge(this.context.executor.run(exchange), this.incoming.end$);
    }).pipe(
      take(1),
      ignoreElements(),
      catchError((cause: unknown) => throwError(() => this.sendError(cause, remote))),
    );
  }

  /** The modem sends broadcasts in any case. */
  allowBroadcast(): Observable<never> {
    return EMPTY;
  }

  join(): Observable<never> {
    return throwError(() =>
      this.error('ENOPROTOOPT', 'setsockopt', 'the firmware has no command for multicast groups'),
    );
  }

  close(): Observable<never> {
    return defer(() => {
      if (this.phase === 'open') {
        this.phase = 'closing';
        this.context.discard(this);
      } else if (this.phase !== 'closing') {
        this.finish();
      }
      return this.end.pipe(takeUntil(this.context.patience$));
    });
  }

  finish(): void {
    this.incoming.complete();
    this.release();
  }

  private fail(error: OSError): void {
    if (this.failure) return;
    this.failure = error;
    this.incoming.fail(error);
  }

  private release(): void {
    if (this.phase === 'over') return;
    this.phase = 'over';
    this.context.free(this);
    this.end.complete();
  }

  private sendError(cause: unknown, { address, port }: Endpoint): unknown {
    const to = `to ${address}:${port}`;
    if (cause instanceof OSError) return cause;
    if (cause instanceof LinkGone && this.failure) return this.failure;
    if (!this.context.hasAddress())
      return this.error('ENETUNREACH', 'sendto', `${to}: the modem is on no network`, cause);
    if (cause instanceof SendRefused && cause.isThere === false) {
      this.closed();
      if (this.failure) return this.failure;
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
