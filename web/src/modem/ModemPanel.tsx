import { useRef } from 'preact/hooks';

import { useIsLive } from '../app/useIsLive';
import { useObservable } from '../app/useObservable';
import { PassingButton } from '../focus/PassingButton';
import type { Session } from '../session/session';
import { LinkTable } from './LinkTable';
import { SocketTable } from './SocketTable';
import { factsOf } from './words';

/** How the modem, its links and the sockets are doing. */
export function ModemPanel({ session }: { readonly session: Session }) {
  const body = useRef<HTMLDivElement>(null);
  const isLive = useIsLive(session);
  const state = useObservable(session.state$, undefined);
  if (!state) return <p class="empty muted">{session.source.replay ? untold : unknown}</p>;
  return (
    <div ref={body} class="panel-body modem" tabIndex={-1}>
      {!isLive && !session.source.replay && <p class="muted">{atTheEnd}</p>}
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
      {isLive && session.source.askModem && state.wifi === 'up' && state.address === undefined && (
        <PassingButton heir={body} onClick={() => session.source.askModem?.()}>
          Ask for the address
        </PassingButton>
      )}
      <LinkTable links={state.links} isDerived={state.isDerived ?? false} />
      {state.isDerived ? <p class="muted">{derived}</p> : <SocketTable sockets={state.sockets} />}
    </div>
  );
}

const atTheEnd = 'Nothing is heard of the modem any more. This is what was known last.';
const unknown = 'Nothing is known of a modem yet. It shows here as soon as it is set up.';
const untold = 'The part of the recording that was replayed does not tell how the modem is doing.';
const derived = 'This is what the recorded bytes tell. The sockets of the program are not in the recording.';
