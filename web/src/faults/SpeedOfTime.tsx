import { useObservable } from '../app/useObservable';
import type { TimeControl } from '../sources/source';

const speeds: readonly (readonly [speed: number, name: string, title: string])[] = [
  [0, 'Pause', 'Time stands still'],
  [0.1, '0.1×', 'A tenth of the real time'],
  [1, '1×', 'The real time'],
  [10, '10×', 'Ten times the real time'],
  [Infinity, 'Fastest', 'As fast as this machine can'],
];

/** How fast time passes, for the modem, its driver and the program. */
export function SpeedOfTime({ time }: { readonly time: TimeControl }) {
  const current = useObservable(time.speed$, 1);
  return (
    <section class="speed-of-time" role="group" aria-label="Speed of time">
      <h2>Speed of time</h2>
      {speeds.map(([speed, name, title]) => (
        <button
          key={name}
          type="button"
          title={title}
          aria-pressed={current === speed}
          onClick={() => time.setSpeed(speed)}
        >
          {name}
        </button>
      ))}
      <button type="button" title="Stops the time, and goes on to what happens next" onClick={() => time.step()}>
        Step
      </button>
    </section>
  );
}
