import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Subscription } from 'rxjs';

import { useNotices } from '../notices/useNotices';
import type { Session } from '../session/session';
import { recordingSource } from '../sources/recordingSource';
import type { Source } from '../sources/source';
import type { RecordingTrouble } from './fileTrouble';
import { openRecording } from './openRecording';
import { linesBefore } from './soundPart';

/** A damaged recording, and the part of it that can be opened. */
interface Damaged {
  readonly name: string;
  readonly soundPart: () => Promise<Blob>;
}

/** Opens recordings. What is on screen stays until a file has been read as a whole. */
export function useOpenRecording(session: Session, attach: (source: Source) => void) {
  const notices = useNotices();
  const [progress, setProgress] = useState<number>();
  const [damaged, setDamaged] = useState<Damaged>();
  const reading = useRef<Subscription>(undefined);
  // Another source was chosen instead.
  useEffect(() => setDamaged(undefined), [session]);

  const open = useCallback(
    (file: Blob, name: string) => {
      reading.current?.unsubscribe();
      setDamaged(undefined);
      setProgress(0);
      notices.dismiss(subject);
      reading.current = openRecording(file, name).subscribe({
        next(opening) {
          if ('progress' in opening) setProgress(opening.progress);
          else attach(recordingSource(opening.recording));
        },
        error(error: unknown) {
          setProgress(undefined);
          const { message, soundLines } = error as RecordingTrouble;
          notices.tell('error', message, subject);
          if (soundLines > 0) setDamaged({ name, soundPart: () => linesBefore(file, soundLines) });
        },
        complete: () => setProgress(undefined),
      });
    },
    [attach, notices],
  );

  const openSoundPart = useCallback(() => {
    damaged?.soundPart().then(
      (file) => open(file, damaged.name),
      (error: unknown) => notices.tell('error', String(error), subject),
    );
  }, [damaged, open, notices]);

  return { open, progress, openSoundPart: damaged && openSoundPart };
}

const subject = 'opening a recording';
