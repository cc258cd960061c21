import type { Session } from '../session/session';

/** A program that is edited and run in the page, and what it prints. */
export function PlaygroundPanel({ session }: { readonly session: Session }) {
  return <div class="panel-body" data-source={session.source.kind} />;
}
