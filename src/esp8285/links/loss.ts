import type { Frame } from '../grammar/frame';

/** How the data of a link may come. */
interface Receiver {
  /** The modem may hand its data over without having been asked. */
  readonly mayPush: boolean;
  /** The modem may say that data wait for it. */
  readonly mayNotice: boolean;
}

/** How data have been lost: the line lost or changed bytes, or fell silent in the middle of what the modem says. */
export type LossKind = 'bytes' | 'silence';

/** What a frame shows to be lost. */
export interface Loss<T> {
  /** The link that has lost data. */
  readonly damaged?: T | undefined;
  /** The link that has lost data, unless a restart has cut its block off. The modem is asked which it was. */
  readonly doubted?: T | undefined;
  /** What has been lost may have been data of any link. */
  readonly others: boolean;
  readonly how: LossKind;
}

/**
 * Which links a frame shows to have lost data: a frame that is damaged, or no frame at all, or about a link that it cannot
 * be about. An unknown line loses nothing.
 *
 * @param link The link that has the frame's number.
 * @param isTrailing The number was in use until a moment ago: the last data of a link may come after its end.
 */
export function lossShownBy<T extends Receiver>(
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
      // Where data are pushed there are no notices: this is a header that was cut short.
      return link?.mayNotice === false ? { damaged: link, others: true, how: 'bytes' } : undefined;
    case 'fragment':
    case 'noise':
      return { others: true, how: 'bytes' };
    default:
      return undefined;
  }
}
