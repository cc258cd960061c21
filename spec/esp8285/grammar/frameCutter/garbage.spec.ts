import { it } from '@jest/globals';

import { feedGarbage } from '../../../../harness/modems/garbage';

it('survives garbage, holds little of it, and understands what is certain behind it', () => {
  for (let seed = 1; seed <= 5_000; seed++) {
    try {
      feedGarbage(seed);
    } catch (cause) {
      throw new Error(`npm run fuzz -- --inputs 1 --seed ${seed}`, { cause });
    }
  }
});
