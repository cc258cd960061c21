import type { Observable } from 'rxjs';

import type { Source } from '../sources/source';
import { LineChoice } from './choices/LineChoice';
import { PlaygroundChoice } from './choices/PlaygroundChoice';
import { ProgramChoice } from './choices/ProgramChoice';
import { SerialChoice } from './choices/SerialChoice';
import { Dialog, useDialog } from './Dialog';

interface SourceChooserProps {
  readonly current: Source;
  readonly open: (source$: Observable<Source>) => void;
}

/** What the page shows, and the dialog to choose something else. */
export function SourceChooser({ current, open }: SourceChooserProps) {
  const { dialog, open: show, close } = useDialog();
  const choose = (source$: Observable<Source>) => {
    close();
    open(source$);
  };
  return (
    <>
      <button type="button" class="source" aria-haspopup="dialog" title="Choose another source" onClick={show}>
        <span class="visually-hidden">Source: </span>
        <span class="source-name">{current.name}</span>
        <span aria-hidden="true">▾</span>
      </button>
      <Dialog of={dialog} title="Choose a source">
        <p class="muted">{warningOf(current)}</p>
        <PlaygroundChoice choose={choose} />
        <SerialChoice choose={choose} />
        <LineChoice choose={choose} />
        <ProgramChoice choose={choose} />
        <section class="choice">
          <h3>Recording</h3>
          <p class="muted">Open a file with the button in the head of the page, or drop it anywhere on the page.</p>
        </section>
      </Dialog>
    </>
  );
}

/** What a real modem has done cannot be seen a second time. */
function warningOf({ kind, name }: Source): string {
  const replaces = 'A new source replaces the one that is shown.';
  const isKept = kind === 'recording' || kind === 'playground';
  return isKept ? replaces : `${replaces} If you want to keep what ${name} has told, save a recording first.`;
}
