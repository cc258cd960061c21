import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { TextTable } from '../../src/marbles/textTable';

describe('the table of texts', () => {
  it('holds each text once, as long as one uses it', () => {
    const text = fc.constantFrom('a', 'bb', 'ccc', 'dddd');
    fc.assert(
      fc.property(fc.array(fc.record({ text, isTaken: fc.boolean() })), (steps) => {
        const table = new TextTable();
        const places: number[] = [];
        const used: string[] = [];
        for (const { text: taken, isTaken } of steps) {
          if (isTaken) {
            places.push(table.take(taken));
            used.push(taken);
          } else if (places.length > 0) {
            table.release(places.shift() ?? 0);
            used.shift();
          }
        }
        expect(places.map((place) => table.at(place))).toEqual(used);
        expect(table.size).toBe([...new Set(used)].join('').length);
      }),
    );
  });
});
