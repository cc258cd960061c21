import type { Observable } from 'rxjs';

import type { Arguments } from '../firmware/arguments';
import type { Form } from '../firmware/commandLine';
import type { Print } from '../line/output';
import type { Modem } from '../modem/modem';

/** A command as it was called. */
export interface Call {
  /** The name as called, with its suffix. Answers contain it. */
  readonly name: string;
  readonly args: Arguments;
  /** Whether the command changes the flash. */
  readonly persist: boolean;
  /** Whether the command asks for the settings in the flash, not for those in use. */
  readonly saved: boolean;
}

/**
 * Carries out one form of a command, and returns what it prints, if anything. Completing means `OK`; a Refusal, thrown or
 * as the error of the observable, means `ERROR` or `FAIL`.
 */
type Handler = (modem: Modem, call: Call) => Observable<Print> | undefined;

/** A command that a firmware may have. */
export interface Command {
  /** In capitals, without `AT`. */
  readonly name: string;
  /** The first AT version of each family that has it. A family that is left out never had it. Default: all have it. */
  readonly since?: { readonly N?: number; readonly E?: number };
  /** Forms that only one family has. */
  readonly only?: Readonly<Partial<Record<Form, 'N' | 'E'>>>;
  /**
   * Whether NonOS also has it with `_CUR` and `_DEF` (`too`), or has it `only` with them. `always` is `too`, for ESP-AT
   * as well.
   */
  readonly suffixes?: 'too' | 'only' | 'always';
  readonly run?: Handler;
  readonly query?: Handler;
  readonly test?: Handler;
  readonly set?: Handler;
  /** The forms that print their own result. */
  readonly ownResult?: readonly Form[];
  /** Called when the `OK` has been printed. */
  readonly after?: (modem: Modem, call: Call) => void;
}

/** The handler of a form that is accepted and has no effect. */
export function accept(): undefined {
  return undefined;
}
