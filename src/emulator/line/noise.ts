import type { Random } from '../simulation/random';

/** Bytes that are frequent in the noise: what long and short bits of a slower rate look like. */
const frequent = Buffer.from('00fee6f2928c00c67e1ef018fc9c3e2b0a7c', 'hex');

/** 120 to 400 bytes: a text, such as that of the boot loader, as it is read at another speed. */
export function noise(random: Random): Buffer {
  const bytes = Buffer.alloc(random.integer(120, 400));
  for (let at = 0; at < bytes.length; at++) {
    const byte = frequent[random.integer(0, frequent.length - 1)] ?? 0;
    bytes[at] = random.chance(0.6) ? byte : random.integer(0, 255);
  }
  return bytes;
}
