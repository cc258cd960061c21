import { catchError, concat, EMPTY, ignoreElements, type Observable, throwError } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import type { Catalogue } from '../commands/catalogue';
import { encryptions, type SoftAp } from '../commands/softAp';
import { Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { ask, type Exchange, sequence } from '../executor/exchange';
import type { Executor } from '../executor/executor';

/** Milliseconds. */
const softApDeadline = 10_000;
const channels = { first: 1, last: 14 };

/**
 * Has the modem make a network of its own, beside the one that it may have joined. When it refuses, its own network is
 * off, one that was there before included.
 *
 * Throws `EINVAL` for a name, a key, a channel or an encryption that cannot be. Errors: `ETIMEDOUT` when the modem does
 * not answer, `EIO` when it refuses. The key is in no message.
 */
export function enableSoftAp(executor: Executor, catalogue: Catalogue, softAp: SoftAp): Observable<void> {
  checkNumbers(softAp);
  return executor.run(softApExchange(catalogue, softAp)).pipe(withCommandError('enable_ap'));
}

/** Switches the modem's own network off. Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses. */
export function disableSoftAp(executor: Executor, catalogue: Catalogue): Observable<void> {
  return executor.run(sequence([catalogue.stationMode], softApDeadline)).pipe(withCommandError('disable_ap'));
}

function softApExchange(catalogue: Catalogue, softAp: SoftAp): Exchange<void> {
  // `AT+CWSAP` is refused as long as there is no such network.
  const exchange = sequence([catalogue.stationAndSoftApMode, catalogue.softAp(softAp)], softApDeadline);
  return {
    ...exchange,
    converse: (wire) => {
      // The network that the modem makes unasked is open to all.
      const off$ = ask(wire, catalogue.stationMode).pipe(
        ignoreElements(),
        catchError(() => EMPTY),
      );
      return exchange.converse(wire).pipe(
        catchError((error: unknown) => {
          const fail$ = throwError(() => error);
          return error instanceof Refusal ? concat(off$, fail$) : fail$;
        }),
      );
    },
  };
}

function checkNumbers({ channel, encryption }: SoftAp): void {
  const refuse = (why: string) => new OSError('EINVAL', 'enable_ap', `enable_ap: ${why}; nothing was sent`);
  if (!Number.isInteger(channel) || channel < channels.first || channel > channels.last) {
    throw refuse(`a channel is a whole number from 1 to 14, not ${channel}`);
  }
  if (!Object.values(encryptions).includes(encryption)) {
    throw refuse(`the encryption is OPEN, WPA_PSK, WPA2_PSK or WPA_WPA2_PSK, not ${encryption}`);
  }
}
