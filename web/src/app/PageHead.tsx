import type { Observable } from 'rxjs';

import { RecordingsPanel } from '../recordings/RecordingsPanel';
import type { Session } from '../session/session';
import type { Source } from '../sources/source';
import { ThemeSwitch } from '../theme/ThemeSwitch';
import { AttachedState } from './AttachedState';
import { Help } from './Help';
import { PayloadSwitch } from './PayloadSwitch';
import { SourceChooser } from './SourceChooser';

interface PageHeadProps {
  readonly session: Session;
  readonly attach: (source: Source) => void;
  readonly open: (source$: Observable<Source>) => void;
  readonly isSideFolded: boolean;
  readonly foldSide: () => void;
}

/** The head of the page: what is attached, how it is doing, and what concerns the whole page. */
export function PageHead({ session, attach, open, isSideFolded, foldSide }: PageHeadProps) {
  return (
    <header class="page-head" tabIndex={-1}>
      <button
        type="button"
        class="quiet fold-side"
        aria-expanded={!isSideFolded}
        aria-controls="side"
        aria-label="Side panel"
        title={isSideFolded ? 'Show the side panel' : 'Fold the side panel'}
        onClick={foldSide}
      >
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M1.5 2.5h13v11h-13zM6 2.5v11" fill="none" stroke="currentColor" />
        </svg>
      </button>
      <h1>rx-usocket</h1>
      <SourceChooser current={session.source} open={open} />
      <AttachedState session={session} />
      <span class="fill" />
      <PayloadSwitch session={session} />
      <RecordingsPanel session={session} attach={attach} />
      <ThemeSwitch />
      <Help />
    </header>
  );
}
