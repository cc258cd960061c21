import { useEffect, useState } from 'preact/hooks';
import { timer } from 'rxjs';

import type { Source } from '../sources/source';

/** How often the signal is measured, in milliseconds. Each time costs the modem a command. */
const period = 5000;

/** Has the modem measure the strength of its signal every few seconds. Not rendered for a source that cannot be asked. */
export function SignalSwitch({ source }: { readonly source: Source }) {
  const [isOn, setOn] = useState(false);
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
      title="Asks the modem for the strength of its signal every 5 s, which costs a command each time"
      onClick={() => setOn(!isOn)}
    >
      Measure the signal
    </button>
  );
}
