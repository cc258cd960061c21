import { Subject } from 'rxjs';
import { useMemo, useState } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import { messageOf } from '../notices/messageOf';
import type { Session } from '../session/session';
import { FaultForm } from './FaultForm';
import { faultsSeen, type Given, nothingSeen } from './faultsSeen';
import { faultGroups, textOf } from './faultTexts';
import { SeenBySockets } from './SeenBySockets';
import { SpeedOfTime } from './SpeedOfTime';

/** The faults that the virtual modem can be given, the speed of time, and what the sockets saw of it. */
export function FaultsPanel({ session }: { readonly session: Session }) {
  const { source } = session;
  const { faults, time } = source;
  const given = useMemo(() => new Subject<Given>(), []);
  const seen$ = useMemo(() => faultsSeen(given, session.batches$), [given, session]);
  const seen = useObservable(seen$, nothingSeen);
  const [refusal, setRefusal] = useState<string>();
  const give = (title: string, fault: Readonly<Record<string, unknown>>): void => {
    setRefusal(undefined);
    given.next({ title, time: time?.now() ?? Date.now() });
    faults?.give(fault).subscribe({
      error: (error: unknown) => setRefusal(messageOf(error)),
    });
  };
  const table = Object.entries(faults?.table ?? {});
  return (
    <div class="panel-body faults">
      {time && <SpeedOfTime time={time} />}
      {!faults && <p class="muted">A real modem takes no faults. Choose the virtual modem to try them.</p>}
      {faults && <SeenBySockets seen={seen} refusal={refusal} />}
      {faultGroups.map((group) => {
        const kinds = table.filter(([kind]) => textOf(kind).group === group);
        if (kinds.length === 0) return null;
        return (
          <section key={group} aria-label={group}>
            <h2>{group}</h2>
            {kinds.map(([kind, args]) => (
              <FaultForm key={kind} kind={kind} table={args} give={give} refuse={setRefusal} />
            ))}
          </section>
        );
      })}
    </div>
  );
}
