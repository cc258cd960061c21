import type { Frame } from '../grammar/frame';

/** How the data of a link may come in. */
interface Receiver {
  /** Whether the modem may push its data. */
  readonly mayPush: boolean;
  /** Whether the modem may send a notice that data wait. */
  readonly mayNotice: boolean;
}

/** How data have been lost: the line lost or changed bytes, or fell silent in the middle of a message. */
export type LossKind = 'bytes' | 'silence';

/** The loss that a frame shows. */
export interface Loss<T> {
  /** The link that has lost data. */
  readonly damaged?: T | undefined;
  /**
   * The link that has lost data, unless a restart has cut its block off. The modem is asked whether it has restarted.
   */
  readonly doubted?: T | undefined;
  /** Whether any other link may have lost data, too. */
  readonly others: boolean;
  readonly how: LossKind;
}

/**
 * Returns which links have lost data, if a frame shows a loss: a damaged frame, noise, or a frame about a link that
 * cannot have it. An unknown line shows no loss.
 *
 * @param link The link that has the frame's number.
 * @param isTrailing Whether the number was in use until a moment ago. The last data of a link may come after its end.
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
      // A link whose data are pushed has no notices, so this is a header that was cut short.
      return link?.mayNotice === false ? { damaged: link, others: true, how: 'bytes' } : undefined;
    case 'fragment':
    case 'noise':
      return { others: true, how: 'bytes' };
    default:
      return undefined;
  }
}
