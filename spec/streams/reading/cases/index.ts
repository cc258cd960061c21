import type { ReadCase } from './call';
import { dataCases, linesCases } from './longReads';
import { mixedCases } from './mixed';
import { peekCases } from './peek';
import { readCases } from './read';
import { readintoCases } from './readinto';
import { readlineCases } from './readline';
import { recvCases } from './recv';

/** What reads of a byte stream give, by the kind of read. `mixed` are reads of several kinds. */
export const cases = {
  recv: recvCases,
  peek: peekCases,
  read: readCases,
  readinto: readintoCases,
  readline: readlineCases,
  data: dataCases,
  lines: linesCases,
  mixed: mixedCases,
} satisfies Record<string, readonly ReadCase[]>;

/** Numbers that are no size in bytes. */
export const notSizes = [-1, 1.5, NaN, -Infinity] as const;
