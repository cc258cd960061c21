import type { LineAdvice } from '../../streams';
import type { ErrorCode } from '../../usocket/contract/errno';
import type { Endpoint } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { Refusal } from '../executor/answer';
import { Unanswered } from '../executor/unanswered';
import { LinkGone, ResultLost, SendRefused } from './exchanges/sendErrors';
import type { LossKind } from './loss';

/** The reason why a connection has ended that was open when the modem lost its network. */
export const networkLost = 'the modem has lost its network, and the connection';

/** Makes an error that names the connection, what has happened to it, and the answer of the modem. */
export function connectionError(
  { address, port }: Endpoint,
  code: ErrorCode,
  syscall: string,
  what: string,
  cause?: unknown,
): OSError {
  const said = cause instanceof Error ? `; ${cause.message}` : '';
  return new OSError(code, syscall, `${syscall}: connection to ${address}:${port}: ${what}${said}`, { cause });
}

/**
 * Says how the line has lost data, and what to look at.
 *
 * @param isPushed Whether the data were pushed. By the time of the error, the modem has then said that it has not
 *   started again.
 */
export function lossText(how: LossKind, { loss, silence }: LineAdvice, isPushed: boolean): string {
  if (how === 'bytes') return `the serial line lost bytes of a data block; ${loss}`;
  const advice = `the line fell silent in the middle of a data block; ${silence}`;
  return isPushed ? advice : `${advice}; or the modem has started again`;
}

/** How a send has failed. */
export interface SendFailure {
  readonly code: ErrorCode;
  readonly what: string;
  /** It is unknown which bytes have reached the peer, so no further byte may follow. */
  readonly endsConnection?: true;
}

/** Returns what the failure of a send means for the connection. */
export function sendFailureOf(
  cause: unknown,
  { isOpen, isCutOff }: { readonly isOpen: boolean; readonly isCutOff: boolean },
): SendFailure {
  if (isOpen && saysMissing(cause)) {
    return isUnsent(cause)
      ? { code: 'ENOTCONN', what: 'the modem does not have it any more' }
      : { code: 'ECONNRESET', what: 'the connection ended under the send' };
  }
  if (!isOpen) {
    if (isCutOff) return { code: 'ENETDOWN', what: networkLost };
    return isUnsent(cause)
      ? { code: 'EPIPE', what: 'the peer has closed it' }
      : { code: 'ECONNRESET', what: 'the connection ended under the send' };
  }
  // The connection goes on. Either nothing was sent, or the program has to decide whether the loss matters.
  if (cause instanceof SendRefused) return { code: 'EIO', what: 'the modem does not send now' };
  if (cause instanceof ResultLost) return { code: 'ETIMEDOUT', what: 'the bytes may have gone' };
  const code = cause instanceof Unanswered ? 'ETIMEDOUT' : 'EIO';
  return { code, what: 'the modem could not send', endsConnection: true };
}

/** Whether the modem says that it does not have the link. */
export function saysMissing(cause: unknown): boolean {
  return (cause instanceof SendRefused || cause instanceof ResultLost) && cause.isThere === false;
}

function isUnsent(cause: unknown): boolean {
  return cause instanceof Refusal || cause instanceof LinkGone || cause instanceof SendRefused;
}
