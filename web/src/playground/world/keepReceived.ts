import { type Observable, scan, type Subscription } from 'rxjs';

import type { PageFiles } from '../run/files';

/** Saves what the host that takes everything has got, as one file. */
export function keepReceived(taken$: Observable<Uint8Array>, files: PageFiles): Subscription {
  const all$ = taken$.pipe(scan((all, bytes) => Buffer.concat([all, bytes]), Buffer.alloc(0)));
  return all$.subscribe((all) => files.write('received.bin', all));
}
