import { useObservable } from '../app/useObservable';
import type { Session } from '../session/session';
import { LinkTable } from './LinkTable';
import { SocketTable } from './SocketTable';
import { factsOf } from './words';

/** How the modem, its links and the sockets are doing. */
export function ModemPanel({ session }: { readonly session: Session }) {
  const state = useObservable(session.state$, undefined);
  if (!state) return <p class="empty muted">Nothing is known of a modem yet. It shows here as soon as it is set up.</p>;
  return (
    <div class="panel-body modem">
      {state.error !== undefined && (
        <p class="modem-error">
          <strong>Last error</strong> {state.error}
        </p>
      )}
      <dl>
        {factsOf(state).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {session.source.askModem && state.wifi === 'up' && state.address === undefined && (
        <button type="button" onClick={() => session.source.askModem?.()}>
          Ask for the address
        </button>
      )}
      <LinkTable links={state.links} />
      <SocketTable sockets={state.sockets} />
    </div>
  );
}
