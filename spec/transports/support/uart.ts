import { filter, firstValueFrom, lastValueFrom } from 'rxjs';

import type { ReopenableUart } from '../../../src/transports';

/** Runs an operation of a line, and resolves when it is done. */
export const settled = (what: ReturnType<ReopenableUart['write']>) => lastValueFrom(what, { defaultValue: 'done' });

/** Resolves when the line takes bytes. */
export const writable = (uart: ReopenableUart) =>
  firstValueFrom(uart.readiness$.pipe(filter((state) => state.writable)));
