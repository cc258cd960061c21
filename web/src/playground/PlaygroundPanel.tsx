import { useMemo, useRef } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import type { Session } from '../session/session';
import { isLocal, type LocalSource } from '../sources/localSource';
import { EditedPrograms } from './editedPrograms';
import { Editor } from './editor/Editor';
import { IncomingPicture } from './IncomingPicture';
import { type JoinSettings, LineFields } from './LineFields';
import { firstProgram, offeredPrograms } from './programList';
import { ProgramOutput } from './ProgramOutput';
import { SavedFiles } from './SavedFiles';
import { accessPoint } from './world/settings';
import { WorldFields } from './WorldFields';

/** A program that is edited and run in the page, and what it prints. */
export function PlaygroundPanel({ session: { source } }: { readonly session: Session }) {
  return isLocal(source) ? <Playground source={source} /> : null;
}

function Playground({ source }: { readonly source: LocalSource }) {
  const programs = useMemo(() => new EditedPrograms(offeredPrograms, storage()), []);
  const chosen = useObservable(programs.chosen$, firstProgram);
  const isEdited = useObservable(programs.isEdited$, false);
  const stage = useObservable(source.programs.stage$, 'idle');
  const canRestore = isEdited && stage === 'idle';
  const lineShower = useRef<(line: number) => void>(undefined);
  const join = useRef<JoinSettings>({ ssid: source.world ? accessPoint.ssid : '', key: '', more: '' });
  const run = (): void => {
    const { ssid, more } = join.current;
    const key = source.world ? accessPoint.key : join.current.key;
    const baud = String(source.baud());
    const args = chosen.hasOptions ? ['--ssid', ssid, '--baud', baud, ...more.split(/\s+/).filter(Boolean)] : [];
    const environment = { SSID: ssid, BAUD: baud, RX_USOCKET_KEY: key };
    void source.programs.run({ code: programs.code, args, environment });
  };
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
          <button type="button" class="primary" onClick={run}>
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
          title="Drops your changes"
          onClick={() => canRestore && programs.restore()}
        >
          Restore the original
        </button>
      </div>
      {source.world ? <WorldFields world={source.world} time={source.time} /> : <LineFields join={join} />}
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

/** Some browsers throw here if they may keep nothing for this page. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
