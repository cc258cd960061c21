import type { OpenLine } from '../playground/run/openLines';
import { ProgramRuns } from '../playground/run/programRuns';
import { pageTime } from '../playground/time/pageTime';
import { byFrames } from './byFrames';
import type { LocalSource } from './localSource';

/** What the page knows of a real line. */
export interface RealLine {
  readonly kind: 'serial' | 'line';
  readonly name: string;
  /** Bits per second. */
  readonly baud: number;
  readonly open: OpenLine;
}

/** A real modem on a line of the page. Its time is the real one. A program opens the line, and closes it in the end. */
export function realLineSource({ kind, name, baud, open }: RealLine): LocalSource {
  const programs = new ProgramRuns(open, pageTime());
  return {
    kind,
    name,
    batches$: programs.events$.pipe(byFrames()),
    programs,
    baud: () => baud,
    askModem: () => programs.askModem(),
    close: () => programs.close(),
  };
}
