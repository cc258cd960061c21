import { defer, EMPTY, type Observable, throwError } from 'rxjs';

import type { Call, Command, Context } from './command';
import { Refusal, errorCode } from '../firmware/refusal';

/** Only a station has a network to be told of. */
function asStation({ memory }: Context): Observable<never> {
  const isStation = (memory.settings.mode & 1) !== 0;
  return isStation ? EMPTY : throwError(() => new Refusal('', errorCode.failed));
}

function startSmart(context: Context, { args }: Call): Observable<never> {
  return defer(() => (args.number(0, 1, 3), asStation(context)));
}

/** Ways in which a telephone or a router gives a modem its network. They are taken, and nobody ever comes. */
export const provisioningCommands: readonly Command[] = [
  { name: '+CWSTARTSMART', run: asStation, set: startSmart },
  { name: '+CWSTOPSMART', run: () => EMPTY },
  { name: '+CWSTARTDISCOVER', since: { N: 1 }, set: asStation },
  { name: '+CWSTOPDISCOVER', since: { N: 1 }, run: () => EMPTY },
  { name: '+WPS', set: (context, { args }) => defer(() => (args.flag(0), asStation(context))) },
  { name: '+MDNS', set: (_, { args }) => defer(() => (args.flag(0), EMPTY)) },
];
