import { concat, defer, EMPTY, type Observable, of } from 'rxjs';

import type { Core } from '../firmware/platform';
import type { Print } from '../line/output';
import type { Random } from '../simulation/random';

/** Whether `ready` survives the noise. */
export interface BootOptions {
  readonly ready: boolean;
}

/** What the host sees from a reset to `ready`: the boot loader's text at 74880 baud, which is noise to it. */
export function boot({ delays, personality, random }: Core, { ready }: BootOptions): Observable<Print> {
  return concat(
    delays.after('bootRom'),
    defer(() => of(noise(random))),
    delays.within(personality.boot),
    ready ? of('\r\nready\r\n') : EMPTY,
  );
}

/** Bytes that the noise is rich in: what long and short bits of a slower rate look like. */
const favourites = Buffer.from('00fee6f2928c00c67e1ef018fc9c3e2b0a7c', 'hex');

/** 120 to 400 bytes as a host at another baud rate reads the boot loader's text. It never spells a word of the modem. */
export function noise(random: Random): Buffer {
  const bytes = Buffer.alloc(random.integer(120, 400));
  for (let at = 0; at < bytes.length; at++) {
    const favourite = favourites[random.integer(0, favourites.length - 1)] ?? 0;
    bytes[at] = random.chance(0.6) ? favourite : random.integer(0, 255);
  }
  return bytes;
}
