import { concat, defer, EMPTY, type Observable, of } from 'rxjs';

import type { Platform } from '../firmware/platform';
import { noise } from '../line/noise';
import type { Print } from '../line/output';

/** The speed of the boot loader's text, whatever the modem's own is. */
export const bootLoaderSpeed = 74_880;

const bootLoaderText = Buffer.from(
  '\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n\r\nload 0x40100000, len 2592, room 16 \r\ntail 0\r\n' +
    'chksum 0xf3\r\nload 0x3ffe8000, len 764, room 8 \r\ntail 4\r\nchksum 0x92\r\ncsum 0x92\r\n',
);

export interface BootOptions {
  /** Whether `ready` is printed. Otherwise it is lost in the noise. */
  readonly ready: boolean;
  /** Whether the host has the speed of the boot loader. */
  readonly isReadable: boolean;
}

/**
 * What the host receives from a reset to `ready`: the boot loader's text at 74880 baud, which looks like noise at any
 * other speed.
 */
export function boot({ delays, personality, random }: Platform, { ready, isReadable }: BootOptions): Observable<Print> {
  return concat(
    delays.after('bootRom'),
    defer(() => of(isReadable ? bootLoaderText : noise(random))),
    delays.within(personality.boot),
    ready ? of('\r\nready\r\n') : EMPTY,
  );
}
