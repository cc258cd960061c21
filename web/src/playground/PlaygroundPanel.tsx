import { useRef } from 'preact/hooks';

import { useIsPhone } from '../app/useIsPhone';
import { useObservable } from '../app/useObservable';
import type { ChosenProgram } from './chosenProgram';
import { Editor } from './editor/Editor';
import { IncomingPicture } from './IncomingPicture';
import { LineFields } from './LineFields';
import { offeredPrograms } from './programList';
import { ProgramOutput } from './ProgramOutput';
import { SavedFiles } from './SavedFiles';
import { WorldFields } from './WorldFields';

/** A program that is edited and run in the page, and what it prints. */
export function PlaygroundPanel({ program }: { readonly program: ChosenProgram }) {
  const { source, programs } = program;
  const chosen = useObservable(programs.chosen$, programs.current);
  const isEdited = useObservable(programs.isEdited$, false);
  const stage = useObservable(source.programs.stage$, 'idle');
  const canRestore = isEdited && stage === 'idle';
  const isPhone = useIsPhone();
  const lineShower = useRef<(line: number) => void>(undefined);
  return (
    <div class="playground">
      <div class="panel-head">
        <select
          aria-label="Program"
          value={chosen.id}
          disabled={stage !== 'idle'}
          onChange={({ currentTarget }) => programs.choose(currentTarget.value)}
        >
          {offeredPrograms.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
        {stage === 'idle' ? (
          <button type="button" class="primary" onClick={() => program.run()}>
            Run
          </button>
        ) : (
          <button type="button" aria-disabled={stage === 'stopping'} onClick={() => source.programs.stop()}>
            {stage === 'stopping' ? 'Stopping …' : 'Stop'}
          </button>
        )}
        <button
          type="button"
          aria-disabled={!canRestore}
          aria-label="Restore the original"
          title="Drops your changes"
          onClick={() => canRestore && programs.restore()}
        >
          {isPhone ? 'Restore' : 'Restore the original'}
        </button>
      </div>
      {source.world ? <WorldFields world={source.world} time={source.time} /> : <LineFields program={program} />}
      <Editor programs={programs} lineShower={lineShower} />
      <div class="playground-results">
        <div class="playground-pictures">
          <IncomingPicture programs={source.programs} />
          <SavedFiles files={source.programs.files} />
        </div>
        <ProgramOutput output={source.programs.output} showLine={(line) => lineShower.current?.(line)} />
      </div>
    </div>
  );
}
