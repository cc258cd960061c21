import type { Refusal } from '../executor/answer';

/** What a modem says that has a connection of that number already: `ALREADY CONNECTED`, `ALREAY CONNECT`, `Link is builded`. */
const taken = /^(?:[0-4], *)?(?:ALREA?D?Y CONNECT|link is (?:already )?buil)/i;
/** What a modem says that has no address: `no ip`. */
const noAddress = /^no[ _]?ip$/i;

/** Whether a link was not opened because the modem takes its number for one in use. ESP-AT gives no reason. */
export function isTaken({ lines }: Refusal): boolean {
  return lines.some((line) => taken.test(line));
}

/** Whether a link was not opened because the modem is on no network. */
export function isOffNetwork({ lines }: Refusal): boolean {
  return lines.some((line) => noAddress.test(line));
}
