import type { Emulator, FirmwareVersion } from '../../src/emulator';
import {
  type Download,
  downloadOver,
  habits,
  type SwitchingOptions,
  type SwitchingResult,
} from '../modems/switchingLine';
import { payload } from './payload';
import { runOver } from './virtual';

export interface DamagedSwitchesOptions {
  readonly firmwares?: readonly FirmwareVersion[];
  /** Damages each place (1), or one in so many, another one for each habit of the modem, and all digits of lengths. */
  readonly stride?: number;
  readonly print: (line: string) => void;
}

/** The bytes of a payload, at each end of it, whose loss is tried. All others are alike. */
const edge = 3;
/** Bytes that the modem prints before a command of the dialogue, and after its answer, which are damaged as well. */
const around = 40;
const kinds = ['lose', 'flip'] as const;
const sides = ['modem', 'host'] as const;

/** A flood, and a trickle after it. The reader stops at its first byte, and in the middle. */
const flooded: Download = {
  bytes: payload(15_000, 5),
  pieces: [
    ...Array.from({ length: 14 }, () => [0, 1_000] as const),
    ...Array.from({ length: 10 }, () => [300, 100] as const),
  ],
  receiveBuffer: 9_000,
  stops: [
    [1, 500],
    [9_000, 500],
  ],
};
const other: Download = {
  bytes: payload(240, 9),
  pieces: Array.from({ length: 4 }, () => [2_000, 60] as const),
  receiveBuffer: 262_144,
  stops: [],
};

/**
 * Loses and changes each byte of the dialogue in which the receive mode changes, and of what the modem prints around it,
 * while data of two links come. Each connection must get all its bytes, or a beginning of them and an error.
 *
 * @returns Whether they did.
 */
export async function damagedSwitches({
  firmwares = ['1.7.4', '2.2.2'],
  stride = 1,
  print,
}: DamagedSwitchesOptions): Promise<boolean> {
  let isFine = true;
  for (const firmware of firmwares) {
    for (const [index, [name, habit]] of habits.entries()) {
      const over = (damage?: SwitchingOptions['damage']) =>
        downloadOver({ firmware, habit, baud: 57_600, downloads: [flooded, other], ...(damage && { damage }) });
      const undamaged = over();
      const { switches } = undamaged;
      if (switches < 3 || faultOf(undamaged, 0)) throw new Error(`${firmware}, ${name}: ${switches} switches`);
      const lengths = lengthsOf(undamaged.printed);
      let [runs, failed] = [0, 0];
      for (const from of sides) {
        for (const [turn, kind] of kinds.entries()) {
          for (const after of placesOf(undamaged, from)) {
            const isLength = from === 'modem' && kind === 'lose' && isIn(lengths, after);
            if (!isLength && (after + index + turn) % stride !== 0) continue;
            runs++;
            await runOver();
            const result = over((emulator: Emulator) => {
              emulator.fault({ kind, after, from });
            });
            if (result.ends.some(({ ended }) => ended !== 'end')) failed++;
            const wrong = faultOf(result, kind === 'flip' && from === 'modem' ? 1 : 0);
            if (wrong === undefined) continue;
            isFine = false;
            print(`AT ${firmware}, which ${name}: ${kind} byte ${after} of the ${from}: ${wrong}`);
          }
        }
      }
      print(`AT ${firmware}, which ${name}: ${runs} runs with ${switches} switches or so, ${failed} with an error`);
    }
  }
  return isFine;
}

/** What is wrong with a result, if anything is. */
function faultOf({ ends }: SwitchingResult, mayChange: number): string | undefined {
  let changed = 0;
  for (const { sent, received, ended } of ends) {
    changed += received.filter((byte, at) => byte !== sent[at]).length;
    if (!/^(?:end|EIO|ECONNRESET)$/.test(ended)) return `a connection ended with ${ended}`;
    if (ended === 'end' && received.length !== sent.length)
      return `${received.length} of ${sent.length} bytes, and an end`;
  }
  return changed > mayChange ? `${changed} wrong bytes` : undefined;
}

/** The places to damage: those of the dialogue and around it, without the middles of payloads. */
function placesOf({ printed, dialogue }: SwitchingResult, from: (typeof sides)[number]): readonly number[] {
  const places = new Set<number>();
  const middles = from === 'modem' ? middlesOf(printed) : [];
  for (const { modem, host } of dialogue) {
    const [first, end] = from === 'modem' ? [modem[0] - around, modem[1] + around] : host;
    for (let at = Math.max(0, first); at < end; at++) if (!isIn(middles, at)) places.add(at);
  }
  return [...places];
}

/** From a place in what the modem prints to another one. */
type Span = readonly [first: number, end: number];

function isIn(spans: readonly Span[], at: number): boolean {
  return spans.some(([first, end]) => at >= first && at < end);
}

function middlesOf(printed: Buffer): readonly Span[] {
  const header = /\+IPD,\d,(\d+):|\+CIPRECVDATA,(\d+):|\+CIPRECVDATA:(\d+),/g;
  const text = printed.toString('latin1');
  const middles: Span[] = [];
  for (let found = header.exec(text); found; found = header.exec(text)) {
    const [all, ...lengths] = found;
    const begin = found.index + all.length;
    header.lastIndex = begin + Number(lengths.find(Boolean));
    middles.push([begin + edge, header.lastIndex - edge]);
  }
  return middles;
}

/** The lengths of what waits. With a digit less they look as if the modem had pushed data. */
function lengthsOf(printed: Buffer): readonly Span[] {
  const found = printed.toString('latin1').matchAll(/(\+CIPRECVLEN:[-\d,]*,)(\d{3,})/g);
  return [...found].map(({ index, 1: before = '', 2: length = '' }): Span => {
    const first = index + before.length;
    return [first, first + length.length];
  });
}
