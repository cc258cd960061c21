import { defer, finalize, type Observable, share } from 'rxjs';

import type { Nic } from '../../usocket/contract/nic';

/** The questions that wait for an answer, by name. An entry goes with its interface. */
const questions = new WeakMap<Nic, Map<string, Observable<readonly string[]>>>();

/**
 * Cold. Looks a name up. Those who ask for the same name at the same time share one question, because a modem answers one
 * after the other, and everything else waits meanwhile.
 *
 *     first     ?-----a|
 *     second    ---?--a|
 *     resolve   ?-----a|
 */
export function sharedResolve(nic: Nic, host: string): Observable<readonly string[]> {
  return defer(() => {
    const asked = questions.get(nic) ?? new Map<string, Observable<readonly string[]>>();
    questions.set(nic, asked);
    const question$ =
      asked.get(host) ??
      nic.resolve(host).pipe(
        finalize(() => asked.delete(host)),
        share(),
      );
    asked.set(host, question$);
    return question$;
  });
}
