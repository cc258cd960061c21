import { randomBytes } from 'node:crypto';
import { filter, firstValueFrom, scan, type Observable } from 'rxjs';

/** Random bytes that end with each of the 256 values once. */
export function noise(length: number): Buffer {
  return Buffer.concat([randomBytes(length - 256), Buffer.from(Array.from({ length: 256 }, (_, value) => value))]);
}

/** Waits until `length` bytes have come, and gives them in one piece. */
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
