import type { Session } from '../session/session';

/** How the modem, its links and the sockets are doing. */
export function ModemPanel({ session }: { readonly session: Session }) {
  return <div class="panel-body" data-source={session.source.kind} />;
}
