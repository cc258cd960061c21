import { useCallback, useEffect, useRef } from 'preact/hooks';
import { EMPTY, filter, switchMap, take } from 'rxjs';

import { PassingButton } from '../focus/PassingButton';
import { useNotices } from '../notices/useNotices';
import type { Session } from '../session/session';
import type { Source } from '../sources/source';
import { ReplayBar } from './ReplayBar';
import { canShare, download, missingIn, share } from './saveRecording';
import { useFileDrop } from './useFileDrop';
import { useOpenRecording } from './useOpenRecording';

interface RecordingsPanelProps {
  readonly session: Session;
  readonly attach: (source: Source) => void;
}

/** Saves what is on screen as a file, opens such files, and replays them. It is in the header. */
export function RecordingsPanel({ session, attach }: RecordingsPanelProps) {
  const notices = useNotices();
  const { open, progress, openSoundPart } = useOpenRecording(session, attach);
  const chooser = useRef<HTMLInputElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const isOver = useFileDrop(useCallback((file: File) => open(file, file.name), [open]));
  const { replay } = session.source;
  useEffect(() => showAll(session), [session]);

  const handOn = (how: (file: File) => unknown) => {
    const kept = session.keeper.kept();
    if (!kept) {
      notices.tell('note', 'Nothing has happened yet, so there is nothing to save.', 'saving');
      return;
    }
    const missing = missingIn(kept);
    if (missing === undefined) notices.dismiss('saving');
    else notices.tell('note', missing, 'saving');
    how(kept.file);
  };
  const shareIt = (file: File) =>
    share(file).catch((error: unknown) => notices.tell('error', `Cannot share: ${String(error)}`, 'saving'));

  return (
    <div class="recordings" role="group" aria-label="Recordings">
      {replay && <ReplayBar key={replay.recording} replay={replay} attach={attach} />}
      {openSoundPart && (
        <PassingButton heir={opener} onClick={openSoundPart}>
          Open the part before it
        </PassingButton>
      )}
      <button
        ref={opener}
        type="button"
        title="Open a recording, from here or from rx-usocket record. It can also be dropped anywhere."
        aria-disabled={progress !== undefined}
        onClick={() => progress === undefined && chooser.current?.click()}
      >
        {progress === undefined ? 'Open…' : `Opening ${Math.floor(progress * 100)} %`}
      </button>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label="Recording"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // So that the same file can be chosen again.
          currentTarget.value = '';
          if (file) open(file, file.name);
        }}
      />
      {!replay && (
        <button type="button" title="Save the session as one file, without keys" onClick={() => handOn(download)}>
          Save
        </button>
      )}
      {!replay && canShare(probe) && (
        <button type="button" title="Hand the session to another program, without keys" onClick={() => handOn(shareIt)}>
          Share
        </button>
      )}
      {isOver && <div class="drop-here">Drop a recording to open it</div>}
    </div>
  );
}

/** A recording that is told at once is shown as a whole. */
function showAll({ source: { replay }, stage$, viewport }: Session): (() => void) | undefined {
  if (!replay) return undefined;
  const all$ = replay.clock.isOver$.pipe(
    take(1),
    switchMap((isAtOnce) => (isAtOnce ? stage$ : EMPTY)),
    filter(({ stage }) => stage === 'ended'),
    take(1),
  );
  const reading = all$.subscribe(() => viewport.fitAll());
  return () => reading.unsubscribe();
}

const probe = new File(['#'], 'recording.txt', { type: 'text/plain' });
