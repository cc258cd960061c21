import type { Session } from '../session/session';
import { useObservable } from './useObservable';

/** Asks a program for the bytes on its line. Nothing is rendered for a source that always tells them, or cannot. */
export function PayloadSwitch({ session }: { readonly session: Session }) {
  const areShown = useObservable(session.arePayloadsShown$, false);
  if (!session.source.setPayloads) return null;
  return (
    <button
      type="button"
      aria-pressed={areShown}
      title="Also shows the bytes on the line. Keys are never shown."
      onClick={() => session.setPayloads(!areShown)}
    >
      Payloads
    </button>
  );
}
