import type { FirmwareVersion, Personality } from './personality';
import { espAt222 } from './personalityEspAt';
import { nonos15, nonos174 } from './personalityNonos';

const personalities: Readonly<Record<FirmwareVersion, Personality>> = {
  '1.5': nonos15,
  '1.7.4': nonos174,
  '2.2.2': espAt222,
};

/** All firmware versions that a virtual modem can have, the oldest first. */
export const firmwareVersions = Object.keys(personalities) as readonly FirmwareVersion[];

export function personalityOf(version: FirmwareVersion): Personality {
  return personalities[version];
}
