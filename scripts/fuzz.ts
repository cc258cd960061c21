import { memoryUsage } from 'node:process';
import { parseArgs } from 'node:util';

import { feedGarbage } from '../harness/modems/garbage';

/**
 * Feeds the grammar of the modem's line with damaged and random bytes:
 *
 *     npm run fuzz -- --inputs 1000000
 *     npm run fuzz -- --seed 4711 --inputs 1     # the one that failed
 *
 * When an input breaks the grammar, it prints the seed and exits with 1.
 */
const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const [inputs, first] = [Number(values.inputs), Number(values.seed)];

const begun = performance.now();
let bytes = 0;
for (let seed = first; seed < first + inputs; seed++) {
  try {
    bytes += feedGarbage(seed);
  } catch (error) {
    console.error(`seed ${seed}:`, error);
    process.exit(1);
  }
}
const seconds = (performance.now() - begun) / 1000;
console.log(
  `seeds ${first} to ${first + inputs - 1}: ${(inputs / seconds).toFixed(0)} inputs/s, ` +
    `${(bytes / 1e6 / seconds).toFixed(1)} MB/s, ${(memoryUsage.rss() / 1e6).toFixed(0)} MB of memory`,
);
