import { useMemo } from 'preact/hooks';

import type { ChosenProgram } from '../playground/chosenProgram';
import type { Session } from '../session/session';
import { FilterBar } from './FilterBar';
import { LanesCanvas } from './LanesCanvas';
import { LanesView } from './lanesView';
import { LiveSummary } from './LiveSummary';
import { MarbleList } from './MarbleList';
import { TimeBar } from './TimeBar';

interface LanesPanelProps {
  readonly session: Session;
  /** The program that the page can run on this source. */
  readonly program: ChosenProgram | undefined;
}

/** What goes over the line and through the sockets, as marbles on lanes that grow to the right. */
export function LanesPanel({ session, program }: LanesPanelProps) {
  const view = useMemo(() => new LanesView(session), [session]);
  return (
    <>
      <div class="panel-head">
        <TimeBar view={view} />
        <FilterBar view={view} />
      </div>
      <LanesCanvas view={view} program={program} />
      <MarbleList view={view} />
      <LiveSummary session={session} />
    </>
  );
}
