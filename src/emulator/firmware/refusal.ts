import { EMPTY, type Observable } from 'rxjs';

import type { Print } from '../line/output';

/** The `ERR CODE` that ESP-AT prints after `AT+SYSLOG=1`, as in `esp_at_core.h`. */
export const errorCode = {
  general: 0x01010000,
  noPrefix: 0x01030000,
  length: 0x01040000,
  type: 0x01050000,
  count: 0x01060000,
  invalid: 0x01070000,
  parse: 0x01080000,
  unsupported: 0x01090000,
  failed: 0x010a0000,
  busy: 0x010b0000,
} as const;

/** A command that ends in `ERROR` or `FAIL`. Command handlers throw it; it never leaves the emulator. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  /**
   * @param words The text that NonOS prints before `ERROR`. ESP-AT writes it only to its log.
   * @param code The code that ESP-AT prints before `ERROR` after `AT+SYSLOG=1`.
   * @param after$ A text that is printed some time after the result, such as the `CLOSED` of a link that never opened.
   */
  constructor(
    readonly words = '',
    readonly code: number = errorCode.invalid,
    readonly result: 'ERROR' | 'FAIL' = 'ERROR',
    readonly after$: Observable<Print> = EMPTY,
  ) {
    super(words || result);
  }
}
