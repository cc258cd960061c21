import { useEffect, useState } from 'preact/hooks';
import { timer } from 'rxjs';

import { useIsLive } from '../app/useIsLive';
import type { Session } from '../session/session';

/** How often the signal is measured, in milliseconds. Each time costs the modem a command. */
const period = 5000;

/** Has the modem measure the strength of its signal every few seconds. Not rendered for a source that cannot be asked. */
export function SignalSwitch({ session }: { readonly session: Session }) {
  const { source } = session;
  const isLive = useIsLive(session);
  const [isAskedFor, setAskedFor] = useState(false);
  const isOn = isAskedFor && isLive;
  useEffect(() => {
    if (!isOn) return undefined;
    const measuring = timer(0, period).subscribe(() => source.askModem?.());
    return () => measuring.unsubscribe();
  }, [isOn, source]);
  if (!source.askModem) return null;
  return (
    <button
      type="button"
      class="small"
      aria-pressed={isOn}
      aria-disabled={!isLive}
      title="Asks the modem for the strength of its signal every 5 s, which costs a command each time"
      onClick={() => isLive && setAskedFor(!isOn)}
    >
      Measure the signal
    </button>
  );
}
