import type { Refusal } from '../../executor/answer';

/**
 * The words of a modem that already has a link of that number: `ALREADY CONNECTED`, `ALREAY CONNECT`, `Link is
 * builded`.
 */
const inUse = /^(?:[0-4], *)?(?:ALREA?D?Y CONNECT|link is (?:already )?buil)/i;
/** The words of a modem that has no address: `no ip`. */
const noAddress = /^no[ _]?ip$/i;

/** Whether a link was not opened because the modem has a link of that number. ESP-AT gives no reason. */
export function isNumberInUse({ lines }: Refusal): boolean {
  return lines.some((line) => inUse.test(line));
}

/** The words of a modem whose send buffer has no room: `BUFFER FULL`, `QUEUE FULL`. */
const full = /^(?:BUFFER|QUEUE) FULL$/i;

const queueFull = /^QUEUE FULL$/i;

/** Whether a segment was not taken because the send buffer has no room for it now. */
export function isBufferFull({ lines }: Refusal): boolean {
  return lines.some((line) => full.test(line));
}

/** Whether it was not taken because the send buffer holds too many segments, however short they are. */
export function isQueueFull({ lines }: Refusal): boolean {
  return lines.some((line) => queueFull.test(line));
}

/** Whether a link was not opened because the modem is on no network. */
export function isOffNetwork({ lines }: Refusal): boolean {
  return lines.some((line) => noAddress.test(line));
}
