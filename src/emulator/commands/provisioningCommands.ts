import { errorCode, Refusal } from '../firmware/refusal';
import type { Modem } from '../modem/modem';
import { accept, type Call, type Command } from './command';

/** Only a station can get a network in this way. */
function asStation({ memory }: Modem): undefined {
  if ((memory.settings.mode & 1) === 0) throw new Refusal('', errorCode.failed);
}

function startSmart(modem: Modem, { args }: Call): undefined {
  args.number(0, 1, 3);
  asStation(modem);
}

function startWps(modem: Modem, { args }: Call): undefined {
  args.flag(0);
  asStation(modem);
}

/** Ways in which a telephone or a router gives a modem its network. They are accepted, and have no effect. */
export const provisioningCommands: readonly Command[] = [
  { name: '+CWSTARTSMART', run: asStation, set: startSmart },
  { name: '+CWSTOPSMART', run: accept },
  { name: '+CWSTARTDISCOVER', since: { N: 1 }, set: asStation },
  { name: '+CWSTOPDISCOVER', since: { N: 1 }, run: accept },
  { name: '+WPS', set: startWps },
  { name: '+MDNS', set: (_, { args }) => void args.flag(0) },
];
