import { concatMap, EMPTY, type Observable, of } from 'rxjs';

import type { Endpoint } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { firstMatch } from '../commands/answerLines';
import { common } from '../commands/catalogue';
import { ifRefused } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import type { Executor } from '../executor/executor';

/** `+CIFSR:STAIP,"192.168.1.5"` and `+CIFSR:APIP,"192.168.4.1"`; AT before 1.0 prints the address alone. */
const ownAddress = /^(?:\+CIFSR:\s*(?:(?:STA|AP)IP,)?\s*)?"?(\d+\.\d+\.\d+\.\d+)"?$/;

/**
 * Completes for an address that a local port may be bound to: `'0.0.0.0'`, or an address that the modem has now. The
 * modem accepts what comes to any of its addresses. Errors: `EADDRNOTAVAIL` for another address.
 */
export function checkOwnAddress(executor: Executor, { address, port }: Endpoint, syscall: string): Observable<never> {
  if (address === '0.0.0.0') return EMPTY;
  return executor.ask(common.askOwnAddresses).pipe(
    ifRefused(of([])),
    withCommandError(syscall),
    concatMap((lines) => {
      const own = lines.map((line) => firstMatch([line], ownAddress)?.[1]).filter((one) => one !== undefined);
      if (own.includes(address)) return EMPTY;
      const message =
        `${syscall} ${address}:${port}: that is not an address of the modem` +
        `${own.length > 0 ? `, which has ${own.join(' and ')}` : ''}; bind to 0.0.0.0`;
      throw new OSError('EADDRNOTAVAIL', syscall, message);
    }),
  );
}
