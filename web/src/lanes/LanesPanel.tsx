import type { Session } from '../session/session';

/** What goes over the line and through the sockets, as marbles on lanes that grow to the right. */
export function LanesPanel({ session }: { readonly session: Session }) {
  return <div class="panel-body" data-source={session.source.kind} />;
}
