import { parseArgs } from 'node:util';

import { type Cost, costOf, type Printing, type Stage } from '../harness/bench/grammar';

/**
 * Measures the processor time of received bytes, without a line: how it depends on the size of the chunks.
 *
 *     npm run bench:grammar
 *     npm run bench:grammar -- --seconds 1 --rounds 5
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '0.2' }, rounds: { type: 'string', default: '3' } },
});
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];

const chunks = [65_536, 16_384, 4096, 1024, 256, 64, 16];
const kinds: readonly (readonly [Stage, Printing, string])[] = [
  ['grammar', 'pushed', 'grammar, pushed blocks of 1460 bytes'],
  ['grammar', 'suspicious', 'grammar, the same, and each may end with the beginning of a message'],
  ['grammar', 'pulled', 'grammar, pulled blocks'],
  ['driver', 'pushed', 'the whole driver, from the line to data$ of a socket, pushed blocks'],
];

for (const [stage, printing, title] of kinds) {
  console.log(`\n${title}\nchunk, bytes    MB/s   ns per chunk   ns per block`);
  for (const chunk of chunks) console.log(lineOf(costOf(stage, printing, chunk, seconds, rounds)));
}

function lineOf({ chunk, rate, perChunk, perBlock }: Cost): string {
  const cells = [String(chunk), (rate / 1e6).toFixed(0), (perChunk * 1e9).toFixed(0), (perBlock * 1e9).toFixed(0)];
  return [12, 7, 14, 14].map((width, column) => cells[column]?.padStart(width)).join(' ');
}
