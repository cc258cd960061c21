import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { WaitingAnswers } from '../../../../src/esp8285/links/adaptive/waitingAnswers';

/** What the modem says that waits, what it has pushed until then, and what is believed. */
type Answer = readonly [said: number | undefined, pushed: number, believed: number | undefined];

describe('how many bytes wait after the modem was told to push', () => {
  it.each<readonly [string, number, readonly Answer[]]>([
    ['as many as before', 5840, [[5840, 0, 5840]]],
    ['more than before', 100, [[900, 0, 900]]],
    ['fewer, because they were pushed', 900, [[500, 400, 500]]],
    ['none, because all were pushed', 900, [[0, 1300, 0]]],
    [
      'fewer, because they were pushed since the last answer',
      900,
      [
        [700, 200, 700],
        [400, 500, 400],
      ],
    ],
    [
      'not fewer, if too few were pushed',
      5840,
      [
        [840, 0, undefined],
        [5840, 0, 5840],
      ],
    ],
    [
      'not fewer than the last time',
      0,
      [
        [100, 0, 100],
        [10, 0, undefined],
        [100, 0, 100],
      ],
    ],
    [
      'fewer, if the modem says so twice',
      900,
      [
        [90, 0, undefined],
        [90, 0, 90],
      ],
    ],
    [
      'not fewer, if it says something else each time',
      5840,
      [
        [840, 0, undefined],
        [584, 0, undefined],
      ],
    ],
    ['unknown, if the modem does not say it', 900, [[undefined, 900, undefined]]],
    [
      'as many as it says, if those that were pushed are not counted any more',
      900,
      [
        [0, 900, 0],
        [60, 0, 60],
      ],
    ],
  ])('%s', (_, before, answers) => {
    const waiting = new WaitingAnswers([before]);
    for (const [said, pushed, believed] of answers) assert.strictEqual(waiting.believe(0, said, pushed), believed);
  });

  it('is believed for each link by itself', () => {
    const waiting = new WaitingAnswers([900, undefined]);
    assert.deepStrictEqual([waiting.believe(0, 9, 0), waiting.believe(1, 9, 0)], [undefined, 9]);
  });
});
