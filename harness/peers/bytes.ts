import { createCipheriv } from 'node:crypto';
import { filter, firstValueFrom, scan, type Observable } from 'rxjs';

const chance = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));

/** Random bytes, which end with each of the 256 values once. Each call gives others, and each run of a spec gives the same. */
export function noise(length: number): Buffer {
  const everyValue = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  return Buffer.concat([chance.update(Buffer.alloc(length - 256)), everyValue]);
}

/** Waits until at least `length` bytes have arrived, and returns all of them in one buffer. */
export async function collect(bytes$: Observable<Uint8Array>, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await firstValueFrom(
    bytes$.pipe(
      scan((total, chunk) => {
        chunks.push(chunk);
        return total + chunk.length;
      }, 0),
      filter((total) => total >= length),
    ),
  );
  return Buffer.concat(chunks);
}
