import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { type Fate, SwitchEvidence } from '../../../../src/esp8285/links/adaptive/switchEvidence';

const window = 5840;

/** What waits on link 0, what has been pushed on it, and what becomes of it. */
type Answer = readonly [waiting: number | undefined, bytes: number, longest: number, fate: Fate];

describe('what a modem does with data that wait when it is told to push', () => {
  it.each<readonly [string, number, readonly Answer[]]>([
    ['nothing, if nothing waits', 0, [[0, 0, 0, 'none']]],
    ['unknown, if they have gone and fewer bytes were pushed', 9, [[0, 5, 5, 'none']]],
    ['it pushes them, if they are pushed at once', 9, [[0, 9, 9, 'pushed']]],
    ['it pushes them, if fewer wait than before', 900, [[500, 400, 400, 'pushed']]],
    ['it pushes them, if a block is too long for the rest of the window', window, [[window, 1460, 1460, 'pushed']]],
    [
      'it pushes them, if what waits changes while it pushes',
      0,
      [
        [4380, 1460, 1460, 'unknown'],
        [5840, 2920, 1460, 'pushed'],
      ],
    ],
    [
      'it keeps them, if nothing is pushed and they stay',
      900,
      [
        [900, 0, 0, 'unknown'],
        [900, 0, 0, 'kept'],
      ],
    ],
    [
      'it keeps them, and later ones with them',
      900,
      [
        [900, 0, 0, 'unknown'],
        [1200, 0, 0, 'kept'],
      ],
    ],
    [
      'it keeps them, and has pushed later ones before them',
      0,
      [
        [900, 100, 100, 'unknown'],
        [900, 300, 100, 'unknown'],
        [900, 300, 100, 'kept'],
      ],
    ],
    [
      'unknown, as long as it pushes and as much waits as before',
      0,
      [
        [900, 100, 100, 'unknown'],
        [900, 200, 100, 'unknown'],
        [900, 300, 100, 'unknown'],
      ],
    ],
    [
      'unknown, while it does not say how much waits',
      900,
      [
        [undefined, 0, 0, 'unknown'],
        [undefined, 0, 0, 'unknown'],
      ],
    ],
  ])('%s', (_, before, answers) => {
    const evidence = new SwitchEvidence([0], [before], window);
    for (const [waiting, bytes, longest, fate] of answers) {
      assert.strictEqual(
        evidence.weigh([waiting], () => ({ bytes, longest }), bytes),
        fate,
      );
    }
  });

  it('it keeps them, if only other links are pushed for long', () => {
    const evidence = new SwitchEvidence([0, 1], [900, 0], window);
    const fates = Array.from({ length: 60 }, (_, question) =>
      evidence.weigh([900, 0], (id) => ({ bytes: id * 10 * (question + 1), longest: 10 * id }), question),
    );
    assert.deepStrictEqual([fates[0], fates[20], fates.at(-1)], ['unknown', 'unknown', 'kept']);
  });

  it('is told by one link for all', () => {
    const evidence = new SwitchEvidence([0, 1], [900, 900], window);
    assert.strictEqual(
      evidence.weigh([900, 0], (id) => ({ bytes: 900 * id, longest: 900 }), 1),
      'pushed',
    );
  });

  it('is unknown as long as a link is pushed that it says nothing about, because a block of it takes its time', () => {
    const evidence = new SwitchEvidence([0], [900], window);
    const fates = [1, 2, 3, 3].map((blocks) => evidence.weigh([900], () => ({ bytes: 0, longest: 0 }), blocks));
    assert.deepStrictEqual(fates, ['unknown', 'unknown', 'unknown', 'kept']);
  });
});
