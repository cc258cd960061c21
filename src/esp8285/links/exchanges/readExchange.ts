import { common } from '../../commands/catalogue';
import { askOnce, type Exchange, slowestByte, usualDeadline } from '../../executor/exchange';
import { quiet, type ProbeOptions } from '../../executor/probeWhenQuiet';

/** How many bytes the answer to a read has besides the data. */
const around = 64;

/**
 * Asks for bytes that wait in the modem. They come as a block of the link, and are not emitted here.
 *
 * Errors: an `AnswerLost` if the end of the answer was lost, and perhaps the data with it.
 *
 * @param begun Called when the exchange has its turn.
 */
export function readExchange(link: number, size: number, begun: () => void): Exchange<unknown> {
  const command = common.receive(link, size);
  // Together with the time before the first probe, this is the usual deadline for a silent modem.
  const options: ProbeOptions = { longest: size + around, patience: usualDeadline - quiet, tries: 1 };
  return {
    shown: command.shown,
    deadline: Math.max(usualDeadline, 2 * slowestByte * size),
    converse: (wire) => {
      begun();
      return wire.expectingDataOf(
        link,
        askOnce(wire, command, () => options),
        size,
      );
    },
  };
}
