import type { ModemDatagramLink } from './datagramLink';
import type { ModemStreamLink } from './streamLink';

/** One of the modem's five links. */
export type Link = ModemStreamLink | ModemDatagramLink;
