import type { Session } from '../session/session';
import { useIsLive } from './useIsLive';
import { useObservable } from './useObservable';

/** Asks a program for the bytes on its line. Nothing is rendered for a source that always tells them, or cannot. */
export function PayloadSwitch({ session }: { readonly session: Session }) {
  const isLive = useIsLive(session);
  const areShown = useObservable(session.arePayloadsShown$, false);
  if (!session.source.setPayloads) return null;
  return (
    <button
      type="button"
      aria-pressed={areShown}
      aria-disabled={!isLive}
      title="Also shows the bytes on the line. Keys are never shown."
      onClick={() => isLive && session.setPayloads(!areShown)}
    >
      Payloads
    </button>
  );
}
