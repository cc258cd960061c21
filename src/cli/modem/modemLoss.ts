import { filter, noop } from 'rxjs';

import type { ESP8285, Status } from '../../esp8285';
import { currentOf } from '../../streams/internal';
import { withoutPassword } from '../../transports';
import { messageOf } from '../../usocket/contract/messageOf';
import { codeOf, CommandFailure, exitCodeOf, exitCodes } from '../console/exitCodes';
import type { LineSettings } from './modemSettings';
import { lineFailure } from './openLine';
import type { Report } from '../console/report';

const modemCodes: readonly (string | undefined)[] = ['EIO', 'EPROTO', 'EOPNOTSUPP', 'ETIMEDOUT'];

/** The failure of a command whose modem is silent, or whose line cannot be opened or is lost. */
export function modemFailure(cause: unknown, { port }: LineSettings): CommandFailure {
  if (!modemCodes.includes(codeOf(cause))) return lineFailure(cause);
  const why = messageOf(cause).replace("the option baud: 'auto'", '--baud auto');
  const advice = `; rx-usocket doctor --port ${withoutPassword(port)} looks for the reason`;
  return new CommandFailure(`${why}${advice}`, exitCodes.modem, { cause });
}

/** A signal that aborts when the modem is down for good, so that the interface does not try again by itself. */
export function downForGood({ status$ }: Pick<ESP8285, 'status$'>, settings: LineSettings): AbortSignal {
  const ending = new AbortController();
  status$.pipe(filter(({ modem, redialIn }) => modem === 'down' && redialIn === undefined)).subscribe({
    next: ({ error }) => ending.abort(modemFailure(error, settings)),
    // `status$` never errors.
    error: noop,
  });
  return ending.signal;
}

/** The error of a command, with the loss of the line or the modem as its reason, if there is one now. */
export function withLoss(error: unknown, { status$ }: Pick<ESP8285, 'status$'>, settings: LineSettings): unknown {
  const status = currentOf(status$);
  if (status?.modem !== 'down' || exitCodeOf(error) !== exitCodes.failed) return error;
  const { exitCode, message } = modemFailure(reasonOf(status), settings);
  const own = messageOf(error);
  const isSame = own === status.error?.message;
  const said = own.includes(message) ? own : `${own}: ${message}`;
  return new CommandFailure(isSame ? message : said, exitCode, { cause: error });
}

/** Tells of a line that is lost and opened again, for a command that goes on meanwhile. */
export function tellLosses({ status$ }: Pick<ESP8285, 'status$'>, report: Pick<Report, 'note'>): void {
  let isLost = false;
  status$.subscribe({
    next: (status) => {
      if (status.redialIn !== undefined && !isLost) {
        isLost = true;
        report.note(`The line is lost, and will be opened again: ${messageOf(reasonOf(status))}`);
      } else if (status.modem === 'up' && isLost) {
        isLost = false;
        report.note('The line is back.');
      }
    },
    error: noop,
  });
}

/** Why the modem is down. A line that is opened again says so, which is of no use to a command that ends. */
function reasonOf({ error, redialIn }: Status): unknown {
  return redialIn === undefined ? error : (error?.cause ?? error);
}
