import { useObservable } from '../app/useObservable';
import type { Session } from '../session/session';
import { LinkTable } from './LinkTable';
import { SocketTable } from './SocketTable';
import { factsOf } from './words';

/** How the modem, its links and the sockets are doing. */
export function ModemPanel({ session }: { readonly session: Session }) {
  const state = useObservable(session.state$, undefined);
  if (!state) return <p class="empty muted">{session.source.replay ? untold : unknown}</p>;
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
      <LinkTable links={state.links} isDerived={state.isDerived ?? false} />
      {state.isDerived ? <p class="muted">{derived}</p> : <SocketTable sockets={state.sockets} />}
    </div>
  );
}

const unknown = 'Nothing is known of a modem yet. It shows here as soon as it is set up.';
const untold = 'The part of the recording that was replayed does not tell how the modem is doing.';
const derived = 'This is what the recorded bytes tell. The sockets of the program are not in the recording.';
