import type { Frame } from '../grammar/frame';

/** How the data of a link may come: see `NumberedLink`. */
interface Vulnerable {
  readonly mayPush: boolean;
  readonly mayNotice: boolean;
}

/** How data have been lost: the line lost or changed bytes, or fell silent in the middle of what the modem says. */
export type LossKind = 'bytes' | 'silence';

/** What a frame shows to be lost. */
export interface Loss<T> {
  /** The link that has lost data. */
  readonly damaged?: T | undefined;
  /** The link that has lost data, or a restart has cut its block off: which, the modem is asked. */
  readonly doubted?: T | undefined;
  /** What has been lost may have been data of any link. */
  readonly others: boolean;
  readonly how: LossKind;
}

/**
 * Which links a frame shows to have lost data: one that is damaged, or is none, or speaks of a link that it cannot be of. A
 * line that nobody knows is news, and loses nothing.
 *
 * @param link The link that has the frame's number.
 * @param isTrailing The number was in use until a moment ago: the last data of a link may come behind its end.
 */
export function lossOf<T extends Vulnerable>(
  frame: Frame,
  link: T | undefined,
  isTrailing: boolean,
): Loss<T> | undefined {
  switch (frame.kind) {
    case 'damage':
      return {
        ...(link?.mayPush ? { doubted: link } : { damaged: link }),
        others: frame.others,
        how: frame.isCutOff ? 'silence' : 'bytes',
      };
    case 'block':
      if (frame.pulled) return undefined;
      return link?.mayPush === false || (!link && !isTrailing) ? { others: true, how: 'bytes' } : undefined;
    case 'notice':
      // Where data are pushed, no notice exists: this is a header cut short.
      return link?.mayNotice === false ? { damaged: link, others: true, how: 'bytes' } : undefined;
    case 'fragment':
    case 'noise':
      return { others: true, how: 'bytes' };
    default:
      return undefined;
  }
}
