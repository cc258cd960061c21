import { defer, of } from 'rxjs';

import { playgroundSource } from '../../sources/playgroundSource';
import type { ChoiceProps } from './choice';

/** A virtual modem in the page. */
export function PlaygroundChoice({ choose }: ChoiceProps) {
  return (
    <section class="choice">
      <h3>Playground</h3>
      <p class="muted">
        A virtual modem with a network, both in this page. Its firmware, its speed and its faults can be chosen. Needs
        no hardware.
      </p>
      <button type="button" onClick={() => choose(defer(() => of(playgroundSource())))}>
        Open a new playground
      </button>
    </section>
  );
}
