import type { RefObject } from 'preact';

import { useObservable } from '../app/useObservable';
import { useFocusHeir } from '../focus/useFocusHeir';
import type { ChosenProgram } from '../playground/chosenProgram';
import type { Source } from '../sources/source';

interface EmptyLanesProps {
  readonly source: Source;
  /** The program that is to be run, if the page runs programs on this source. */
  readonly program: ChosenProgram | undefined;
  /** What takes the focus over when this goes away. */
  readonly heir: RefObject<HTMLElement | null>;
}

/** What the lanes say before anything has happened. Where that needs a program, it can be started here. */
export function EmptyLanes({ source, program, heir }: EmptyLanesProps) {
  return (
    <div class="lanes-empty">
      <p>Nothing has happened yet.</p>
      <p class="muted">
        Each command and its answer, each block of data, and each call of a socket becomes a marble here
        {source.replay ? '.' : ', at the moment when it happens.'}
      </p>
      {program?.source.world && <Start program={program} heir={heir} />}
    </div>
  );
}

/** On a virtual modem, a program needs nothing else. */
function Start({ program, heir }: { readonly program: ChosenProgram } & Pick<EmptyLanesProps, 'heir'>) {
  const button = useFocusHeir<HTMLButtonElement>(heir);
  const { title } = useObservable(program.programs.chosen$, program.programs.current);
  const stage = useObservable(program.source.programs.stage$, 'idle');
  return (
    <button
      ref={button}
      type="button"
      class="primary"
      aria-disabled={stage !== 'idle'}
      onClick={() => {
        if (stage === 'idle') program.run();
      }}
    >
      {stage === 'idle' ? `Run “${title}”` : 'The program starts …'}
    </button>
  );
}
