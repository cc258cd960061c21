import { Subject } from 'rxjs';
import { useMemo, useState } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import { messageOf } from '../notices/messageOf';
import type { Session, SessionStage } from '../session/session';
import type { Source } from '../sources/source';
import { FaultForm } from './FaultForm';
import { faultsSeen, type Given, nothingSeen } from './faultsSeen';
import { faultGroups, textOf } from './faultTexts';
import { SeenBySockets } from './SeenBySockets';
import { SpeedOfTime } from './SpeedOfTime';

/** The faults of the virtual modem, the speed of time, and what the sockets saw. A real modem has no such panel. */
export function FaultsPanel({ session }: { readonly session: Session }) {
  const { source } = session;
  const { faults, time } = source;
  const given = useMemo(() => new Subject<Given>(), []);
  const seen$ = useMemo(() => faultsSeen(given, session.batches$), [given, session]);
  const seen = useObservable(seen$, nothingSeen);
  const { stage } = useObservable(session.stage$, { stage: 'live' });
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
      <SeenBySockets seen={seen} invitation={invitationOf(source, stage)} refusal={refusal} />
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

/** What to do here. A program that the page is attached to runs already. */
function invitationOf({ kind, name }: Source, stage: SessionStage['stage']): string {
  if (stage !== 'live') return `${name} has ended, and its modem with it.`;
  const give = 'give the modem a fault below';
  return kind === 'playground' ? `Run a program, and ${give}.` : `While ${name} runs, ${give}.`;
}
