import type { ModemDatagramLink } from './datagramLink';
import type { ModemStreamLink } from './streamLink';

/** One of the modem's five links: its life, and what it carries. */
export type Link = ModemStreamLink | ModemDatagramLink;
