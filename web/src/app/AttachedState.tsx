import { useMemo } from 'preact/hooks';
import { combineLatest, map, of, startWith } from 'rxjs';
import type { InterfaceState } from 'rx-usocket/watch';

import type { Session, SessionStage } from '../session/session';
import type { Source } from '../sources/source';
import { useObservable } from './useObservable';

/** How the source and its modem are doing, in a few words. */
export function AttachedState({ session }: { readonly session: Session }) {
  const shown$ = useMemo(
    () =>
      combineLatest([
        session.stage$,
        session.source.isConnected$ ?? of(true),
        session.state$.pipe(startWith(undefined)),
      ]).pipe(map(([stage, isConnected, state]) => attachedState(session.source, stage, isConnected, state))),
    [session],
  );
  const { look, words } = useObservable(shown$, attachedState(session.source, { stage: 'live' }, true, undefined));
  return (
    <p class="attached" role="status">
      <span class={`lamp ${look}`} aria-hidden="true" />
      <span class="attached-words" title={words}>
        {words}
      </span>
    </p>
  );
}

interface Shown {
  readonly look: 'good' | 'busy' | 'bad' | 'off';
  readonly words: string;
}

/** Describes how a source and its modem are doing. */
function attachedState(
  { replay }: Source,
  stage: SessionStage,
  isConnected: boolean,
  state: InterfaceState | undefined,
): Shown {
  if (stage.stage === 'lost') return { look: 'bad', words: 'lost' };
  if (stage.stage === 'ended') return { look: 'off', words: 'ended' };
  // What was known of the modem may be over by now.
  if (!isConnected) return { look: 'busy', words: 'connecting again' };
  if (!state) return { look: 'off', words: replay ? 'a recording' : 'nothing has happened yet' };
  const { modem, wifi, ssid, address } = state;
  if (modem === 'down') return { look: 'bad', words: 'the modem is down' };
  if (modem === 'closed') return { look: 'off', words: 'the interface is closed' };
  if (modem === 'starting') return { look: 'busy', words: 'the modem is being set up' };
  const network = ssid === undefined ? 'a network' : `“${ssid}”`;
  if (wifi === 'joining') return { look: 'busy', words: `joining ${network}` };
  if (wifi === 'down') return { look: 'good', words: 'the modem is up, without a network' };
  return { look: 'good', words: `on ${network}${address === undefined ? '' : `, ${address}`}` };
}
