import { concatMap, defer, EMPTY, finalize, map, type Observable, of, throwError } from 'rxjs';

import { Control, type Emulator } from '../../emulator';
import { askModem } from '../events/askModem';
import type { PageRequest } from '../events/messages';

/** What a page can ask of a program besides payloads. */
export interface Answers {
  /** Completes when the modem has been given the fault. Errors with what is wrong. */
  fault(fault: Readonly<Record<string, unknown>>): Observable<never>;
  /** Completes when the modem has answered. Errors with why it has not. */
  ask(): Observable<never>;
}

/** Answers for an interface, and its virtual modem, if it has one in this process. */
export function answersOf(nic: Parameters<typeof askModem>[0], emulator?: Emulator): Answers {
  const refused = new Error('faults are for a virtual modem that the program has passed to watch(nic, { emulator })');
  return {
    fault: (fault) => (emulator ? giveFault(emulator, fault) : throwError(() => refused)),
    ask: () => askModem(nic),
  };
}

/** Gives a virtual modem a fault by its control line, which checks it. */
function giveFault(emulator: Emulator, fault: Readonly<Record<string, unknown>>): Observable<never> {
  return defer(() => {
    const control = new Control(emulator);
    const request = JSON.stringify({ id: 1, method: 'fault', params: fault });
    return control.session(of(request)).pipe(
      map((line) => JSON.parse(line) as { readonly error?: { readonly message: string } }),
      concatMap(({ error }) => (error ? throwError(() => new Error(error.message)) : EMPTY)),
      finalize(() => control.close()),
    );
  });
}

/** Reads a request of a page. Throws a `TypeError` or a `SyntaxError` for a message that is none. */
export function readRequest(text: string): PageRequest {
  const message: unknown = JSON.parse(text);
  if (typeof message !== 'object' || message === null) throw new TypeError('a request is an object');
  const { request, kind, areShown, fault } = message as Readonly<Record<string, unknown>>;
  if (typeof request !== 'number') throw new TypeError('"request" must be a number');
  if (kind === 'payloads' && typeof areShown === 'boolean') return { request, kind, areShown };
  if (kind === 'fault' && typeof fault === 'object' && fault !== null) return { request, kind, fault: { ...fault } };
  if (kind === 'ask') return { request, kind };
  throw new TypeError(`there is no request ${JSON.stringify(kind)} of this form`);
}
