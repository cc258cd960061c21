import { describe, expect, it } from '@jest/globals';

import { checkedLoops } from '../../src/playground/run/checkedLoops';
import { loopCheck } from '../../src/playground/run/insertedNames';

const check = `${loopCheck}();`;

describe('the loops of a program', () => {
  it.each([
    ['while (a) { b(); }', `while (a) {${check} b(); }`],
    ['for (;;) await a();', `for (;;) {${check}await a();}`],
    ['for (const a of b)\n  c()\nd()', `for (const a of b)\n  {${check}c()}\nd()`],
    ['for await (const a of b) {}', `for await (const a of b) {${check}}`],
    ['do a(); while (b)', `do {${check}a();} while (b)`],
    ['do // once\n{ a() } while (b)', `do // once\n{${check} a() } while (b)`],
    ['while (a) /* both */ while (b) c();', `while (a) /* both */ {${check}while (b) {${check}c();}}`],
    ['outer: for (const a in b) continue outer;', `outer: for (const a in b) {${check}continue outer;}`],
    ['const text = `while (a) {}`; // for (;;) {}', 'const text = `while (a) {}`; // for (;;) {}'],
  ])('are checked in each round: %s', (code, checked) => {
    expect(checkedLoops(code)).toBe(checked);
  });
});
