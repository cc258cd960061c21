import type { Session } from '../session/session';
import type { Source } from '../sources/source';

/** Saves what is on screen as a file, and opens such files. It is in the header. */
export function RecordingsPanel({ session }: { readonly session: Session; readonly attach: (source: Source) => void }) {
  return <div class="recordings" data-source={session.source.kind} />;
}
