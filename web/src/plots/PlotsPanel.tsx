import type { Session } from '../session/session';

/** The rates and the queues, on the time axis of the lanes. */
export function PlotsPanel({ session }: { readonly session: Session }) {
  return <div class="panel-body" data-source={session.source.kind} />;
}
