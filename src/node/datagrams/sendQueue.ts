import { AsyncResource } from 'node:async_hooks';
import { isIPv4 } from 'node:net';
import { concat, EMPTY, finalize, ignoreElements, type Observable, of, switchMap } from 'rxjs';

import { Mutex } from '../../streams';
import { addressOf } from '../../usocket/calls/address';
import type { DatagramLink, Endpoint, Nic } from '../../usocket/contract/nic';
import { hideOperators } from '../../usocket/contract/callerStack';
import { callError } from '../../usocket/contract/osError';
import type { SendRequest } from '../native/nativeDatagram';
import { numberOf, systemCode } from '../native/systemErrors';
import type { DatagramTrace } from './datagramTrace';

/** What a {@link SendQueue} needs of its port. */
export interface SendQueueOptions {
  readonly nic: Pick<Nic, 'name' | 'maxDatagram'>;
  readonly trace: DatagramTrace;
  /** Cold. Emits the port once when it is open; errors if it cannot be opened, or is closed. */
  readonly port$: Observable<DatagramLink>;
  readonly mayBroadcast: () => boolean;
}

const broadcastAddress = '255.255.255.255';
/** The most bytes that wait to be sent. The operating system has such a limit, too, and says `ENOBUFS` beyond it. */
export const mostQueued = 1_048_576;

/** The datagrams that a program has handed over to be sent, which go out one after the other. */
export class SendQueue {
  private readonly turns = new Mutex();
  private bytes = 0;
  private datagrams = 0;

  constructor(private readonly options: SendQueueOptions) {}

  /** How many bytes wait to be sent. */
  get size(): number {
    return this.bytes;
  }

  /** How many datagrams wait to be sent. */
  get count(): number {
    return this.datagrams;
  }

  /** Cold. Completes when everything that has been handed over before is sent, or has failed. */
  get drained$(): Observable<never> {
    return this.turns.runExclusive(EMPTY);
  }

  /** Takes a datagram, which must not change any more. Returns 0, or the error number of one that cannot be sent. */
  send(request: SendRequest, bytes: Buffer, remote: Endpoint): number {
    if (!isIPv4(remote.address)) return refuse(request, 'EAFNOSUPPORT', `${remote.address} is no IPv4 address`);
    if (remote.address === broadcastAddress && !this.options.mayBroadcast()) {
      return refuse(request, 'EACCES', 'a broadcast needs setBroadcast(true) first');
    }
    const { maxDatagram, name } = this.options.nic;
    if (bytes.length > maxDatagram) {
      return refuse(request, 'EMSGSIZE', `a datagram over ${name} has at most ${maxDatagram} bytes`);
    }
    if (this.bytes + bytes.length > mostQueued) {
      return refuse(request, 'ENOBUFS', `${mostQueued} bytes wait to be sent; wait for the callbacks`);
    }
    this.transmit(request, bytes, remote);
    return 0;
  }

  private transmit(request: SendRequest, bytes: Buffer, remote: Endpoint): void {
    const { trace, port$ } = this.options;
    const finish = AsyncResource.bind((failure?: unknown) => {
      if (failure === undefined) request.oncomplete?.(0, bytes.length);
      else fail(request, failure);
    });
    this.bytes += bytes.length;
    this.datagrams++;
    const sending$ = port$.pipe(switchMap((link) => link.send(bytes, remote)));
    const sent$ = concat(this.turns.runExclusive(sending$).pipe(ignoreElements()), of(bytes.length));
    trace
      .follow('sendto', [bytes, addressOf(remote)], sent$)
      .pipe(
        finalize(() => {
          this.bytes -= bytes.length;
          this.datagrams--;
        }),
      )
      .subscribe({ complete: () => finish(), error: (error: unknown) => finish(error) });
  }
}

function refuse(request: SendRequest, code: Parameters<typeof callError>[1], why: string): number {
  explain(request, callError('send', code, why));
  return numberOf(code);
}

function fail(request: SendRequest, failure: unknown): void {
  explain(request, failure);
  request.oncomplete?.(systemCode(failure).errno, 0);
}

/** The error of Node.js has a number only. Its cause says what the interface has answered. */
function explain(request: SendRequest, cause: unknown): void {
  const { callback } = request;
  if (!callback) return;
  request.callback = (error, sent) => {
    if (error) {
      error.cause ??= cause;
      hideOperators(error);
    }
    callback(error, sent);
  };
}
