import { describe, expect, it } from '@jest/globals';
import { asyncScheduler, from, lastValueFrom, VirtualTimeScheduler } from 'rxjs';

import { nextTurn } from '../../../harness/time/turns';
import { endOfTurn } from '../../../src/usocket/stream/endOfTurn';

describe('the end of a turn', () => {
  it('comes after what the program does now, and before the next turn', async () => {
    const told: string[] = [];
    endOfTurn(asyncScheduler)?.schedule(() => told.push('end'));
    told.push('now');
    await lastValueFrom(from(nextTurn().then(() => told.push('next turn'))));
    expect(told).toEqual(['now', 'end', 'next turn']);
  });

  it('does not exist in virtual time', () => {
    expect(endOfTurn(new VirtualTimeScheduler())).toBeUndefined();
  });
});
