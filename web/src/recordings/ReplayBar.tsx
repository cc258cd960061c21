import { useRef, useState } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import { PassingButton } from '../focus/PassingButton';
import { recordingSource } from '../sources/recordingSource';
import type { Source } from '../sources/source';
import { shownTime } from './shownTime';

const speeds = [0.1, 1, 10, 100];

interface ReplayBarProps {
  readonly replay: NonNullable<Source['replay']>;
  readonly attach: (source: Source) => void;
}

/** Plays a recording: from the beginning or from any place, at the recorded speed or another one. */
export function ReplayBar({ replay: { clock, recording }, attach }: ReplayBarProps) {
  const { begins, ends } = recording;
  const player = useRef<HTMLButtonElement>(null);
  const position = useObservable(clock.position$, begins);
  const isOver = useObservable(clock.isOver$, true);
  const running = useObservable(clock.speed$, 0);
  const [speed, setSpeed] = useState(running || 1);
  /** Where the slider is held. */
  const [held, hold] = useState<number>();

  const playFrom = (from: number) => attach(recordingSource(recording, { from, speed }));
  const toggle = () => {
    if (isOver) playFrom(begins);
    else clock.setSpeed(running > 0 ? 0 : speed);
  };
  const choose = (chosen: number) => {
    setSpeed(chosen);
    if (running > 0) clock.setSpeed(chosen);
  };
  // What is shown already cannot be taken back, so an earlier place begins anew, and waits there.
  const goTo = (time: number) => {
    hold(undefined);
    if (!clock.seek(time)) attach(recordingSource(recording, { from: time, speed: running }));
  };
  const shown = held ?? position;
  return (
    <div class="replay" role="group" aria-label="Replay">
      <button ref={player} type="button" class="quiet" aria-label={running > 0 ? 'Pause' : 'Play'} onClick={toggle}>
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          <path d={running > 0 ? 'M2 1h3v10H2zM7 1h3v10H7z' : 'M2 1l9 5-9 5z'} fill="currentColor" />
        </svg>
      </button>
      <input
        type="range"
        aria-label="Place in the recording"
        aria-valuetext={`${shownTime(shown - begins)} of ${shownTime(ends - begins)}`}
        min={begins}
        max={ends}
        step="any"
        value={shown}
        onInput={({ currentTarget }) => hold(currentTarget.valueAsNumber)}
        onChange={({ currentTarget }) => goTo(currentTarget.valueAsNumber)}
      />
      <span class="replay-time">
        {shownTime(shown - begins)}
        <span class="replay-end"> / {shownTime(ends - begins)}</span>
      </span>
      <select
        aria-label="Speed of the replay"
        value={speed}
        onChange={({ currentTarget }) => choose(Number(currentTarget.value))}
      >
        {speeds.map((value) => (
          <option key={value} value={value}>
            {value}×
          </option>
        ))}
      </select>
      {!isOver && (
        <PassingButton heir={player} title="Pause, and go on to what happens next" onClick={() => clock.step()}>
          Step
        </PassingButton>
      )}
      {!isOver && (
        <PassingButton heir={player} title="Show all of the recording at once" onClick={() => clock.seek(ends)}>
          All
        </PassingButton>
      )}
    </div>
  );
}
