import { lineBytes } from '../figures';
import type { Observed } from './messages';

/** Every modem has all the links that it can have. */
export const linksOfModem = 5;

/** What was observed with some number of modems in one process. Times are in seconds, sizes in bytes. */
export interface ManyFigure {
  readonly modems: number;
  /** While all links are open, and nothing travels. */
  readonly idle: { readonly processorPerModem: number; readonly memory: Observed['memory'] };
  /** While all links receive. */
  readonly busy: {
    /** Of each second, per modem. */
    readonly processorPerModem: number;
    /** The part of what the lines carry, from 0 to 1. */
    readonly ofLine: number;
    /** Bytes that the slowest and the fastest link received per second. */
    readonly slowest: number;
    readonly fastest: number;
    /** By how many milliseconds the event loop was late. */
    readonly delay: Observed['delay'];
    readonly memory: Observed['memory'];
  };
}

/** The numbers of modems that are measured, up to the given one. */
export function stepsTo(modems: number): readonly number[] {
  return [...[1, 4, 16].filter((step) => step < modems), modems];
}

export function manyFigureOf(
  { modems, baud }: { readonly modems: number; readonly baud: number },
  { idle, busy }: { readonly idle: Observed; readonly busy: Observed },
): ManyFigure {
  const rates = busy.received.flat().map((bytes) => bytes / busy.seconds);
  const each = ({ processor, seconds }: Observed): number => processor / seconds / modems;
  return {
    modems,
    idle: { processorPerModem: each(idle), memory: idle.memory },
    busy: {
      processorPerModem: each(busy),
      ofLine: rates.reduce((sum, rate) => sum + rate, 0) / modems / lineBytes(baud, 1),
      slowest: Math.min(...rates),
      fastest: Math.max(...rates),
      delay: busy.delay,
      memory: busy.memory,
    },
  };
}
