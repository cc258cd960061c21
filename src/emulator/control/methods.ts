import { filter, map, merge, NEVER, type Observable, of } from 'rxjs';

import { condition, met, type Observed } from './conditions';
import type { Entry } from './journal';
import { changes, hostChanges, nothing, orderedFault, selection, station, watching } from './parameters';
import { shownState } from './shownState';

/** A call of a method, by a request. */
export interface MethodCall {
  readonly params: unknown;
  /** Takes the entries that the client sees as events from now on. */
  readonly show: (entries$: Observable<Entry>) => void;
}

/** Emits the result once and completes, or errors with a `ControlError` or a `RangeError`. */
export type Method = (call: MethodCall) => Observable<unknown>;

/** The methods of the control line, by name. */
export function methodsOf(observed: Observed): Readonly<Record<string, Method>> {
  const { emulator, journal } = observed;
  const done = (): Observable<unknown> => of({ journal: journal.length });
  return {
    fault: ({ params }) => {
      const { fault, when } = orderedFault(params);
      if (when === undefined) {
        emulator.fault(fault);
        return done();
      }
      return met(when, observed).pipe(
        map((cause) => {
          emulator.fault(fault);
          return { cause, journal: journal.length };
        }),
      );
    },
    wait: ({ params }) => met(condition(params, 'the condition'), observed),
    state: ({ params }) => {
      nothing(params, 'state');
      return of(shownState(emulator));
    },
    journal: ({ params }) => {
      const { since = 0, kinds } = selection(params, 'journal');
      return of({ entries: journal.since(since).filter(isOf(kinds)), journal: journal.length });
    },
    watch: ({ params, show }) => {
      const { on = true, since, kinds } = watching(params, 'watch');
      // It goes on after the modem is switched off, so that the client may watch again.
      show(on ? merge(journal.from(since), NEVER).pipe(filter(isOf(kinds))) : NEVER);
      return done();
    },
    hosts: ({ params }) => {
      const { set = {}, remove = [] } = hostChanges(params, 'hosts');
      const kept = Object.entries(emulator.hosts).filter(([name]) => !remove.includes(name));
      emulator.change({ hosts: { ...Object.fromEntries(kept), ...set } });
      return of({ hosts: emulator.hosts });
    },
    change: ({ params }) => {
      emulator.change(changes(params, 'change'));
      return done();
    },
    restore: ({ params }) => {
      nothing(params, 'restore');
      emulator.restore();
      return done();
    },
    station: ({ params }) => {
      const { mac, address } = station(params, 'station');
      emulator.softApClient(mac, address);
      return done();
    },
  };
}

function isOf(kinds: readonly Entry['kind'][] | undefined): (entry: Entry) => boolean {
  return ({ kind }) => kinds?.includes(kind) ?? true;
}
