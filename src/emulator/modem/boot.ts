import { concat, defer, EMPTY, type Observable, of } from 'rxjs';

import type { Platform } from '../firmware/platform';
import type { Print } from '../line/output';
import type { Random } from '../simulation/random';

/**
 * What the host receives from a reset to `ready`: the boot loader's text at 74880 baud, which looks like noise.
 *
 * @param ready Whether `ready` is printed. Otherwise it is lost in the noise.
 */
export function boot({ delays, personality, random }: Platform, ready: boolean): Observable<Print> {
  return concat(
    delays.after('bootRom'),
    defer(() => of(noise(random))),
    delays.within(personality.boot),
    ready ? of('\r\nready\r\n') : EMPTY,
  );
}

/** Bytes that are frequent in the noise: what long and short bits of a slower rate look like. */
const frequent = Buffer.from('00fee6f2928c00c67e1ef018fc9c3e2b0a7c', 'hex');

/** 120 to 400 bytes: the boot loader's text as read at another baud rate. */
export function noise(random: Random): Buffer {
  const bytes = Buffer.alloc(random.integer(120, 400));
  for (let at = 0; at < bytes.length; at++) {
    const byte = frequent[random.integer(0, frequent.length - 1)] ?? 0;
    bytes[at] = random.chance(0.6) ? byte : random.integer(0, 255);
  }
  return bytes;
}
