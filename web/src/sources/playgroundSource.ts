import { BehaviorSubject, defer, EMPTY, merge } from 'rxjs';
import { type Fault, faultArguments } from 'rx-usocket/emulator';

import { ProgramRuns } from '../playground/run/programRuns';
import { AdjustableTime } from '../playground/time/adjustableTime';
import { pageTime } from '../playground/time/pageTime';
import { firstSettings, type WorldSettings } from '../playground/world/settings';
import { VirtualWorld } from '../playground/world/virtualWorld';
import { byFrames } from './byFrames';
import type { LocalSource } from './localSource';

/** A virtual modem in the page, with a network in memory. The speed of its time can be changed. */
export function playgroundSource(): LocalSource {
  const time = new AdjustableTime(pageTime());
  const settings = new BehaviorSubject<WorldSettings>(firstSettings);
  const world = new VirtualWorld(time, () => settings.value);
  const programs = new ProgramRuns(() => world.openLine(), time);
  const saving = world.taken$.subscribe((all) => programs.files.write('received.bin', all));
  return {
    kind: 'playground',
    name: 'Virtual modem',
    batches$: merge(programs.events$, world.events$).pipe(byFrames()),
    time,
    programs,
    baud: () => settings.value.baud,
    world: {
      settings$: settings.asObservable(),
      change(changes) {
        settings.next({ ...settings.value, ...changes });
        world.change();
      },
    },
    faults: {
      table: faultArguments,
      give: (fault) =>
        defer(() => {
          world.fault(fault as unknown as Fault);
          return EMPTY;
        }),
    },
    askModem: () => programs.askModem(),
    close() {
      programs.close();
      saving.unsubscribe();
      world.close();
    },
  };
}
