import { defer, EMPTY, type Observable, throwError } from 'rxjs';

import { errorCode, Refusal } from '../firmware/refusal';
import type { Modem } from '../modem/modem';
import type { Call, Command } from './command';

/** Only a station can be given a network. */
function asStation({ memory }: Modem): Observable<never> {
  const isStation = (memory.settings.mode & 1) !== 0;
  return isStation ? EMPTY : throwError(() => new Refusal('', errorCode.failed));
}

function startSmart(modem: Modem, { args }: Call): Observable<never> {
  return defer(() => (args.number(0, 1, 3), asStation(modem)));
}

/** Ways in which a telephone or a router gives a modem its network. They are accepted, and nothing follows. */
export const provisioningCommands: readonly Command[] = [
  { name: '+CWSTARTSMART', run: asStation, set: startSmart },
  { name: '+CWSTOPSMART', run: () => EMPTY },
  { name: '+CWSTARTDISCOVER', since: { N: 1 }, set: asStation },
  { name: '+CWSTOPDISCOVER', since: { N: 1 }, run: () => EMPTY },
  { name: '+WPS', set: (modem, { args }) => defer(() => (args.flag(0), asStation(modem))) },
  { name: '+MDNS', set: (_, { args }) => defer(() => (args.flag(0), EMPTY)) },
];
