import { catchError, concat, defer, EMPTY, ignoreElements, type Observable, tap } from 'rxjs';

import type { Dialect } from '../commands/dialect';

/** In the order in which they are set again. */
const settings = ['hostname', 'address', 'softAp'] as const;

type Setting = (typeof settings)[number];

/** Makes the cold Observable that sets it; a function, so that a key shows in no inspection. */
type Apply = (dialect: Dialect) => Observable<void>;

/** What a program has set, and the modem forgets when it starts again. */
export class Lasting {
  private readonly kept = new Map<Setting, Apply>();

  /** Cold: sets it, and once that has worked, has it hold. */
  set(setting: Setting, dialect: Dialect, apply: Apply): Observable<void> {
    return apply(dialect).pipe(
      tap(() => {
        this.kept.set(setting, apply);
      }),
    );
  }

  forget(setting: Setting): void {
    this.kept.delete(setting);
  }

  /** Cold: sets all of it again. What the modem refuses now is not in force, and is tried again after the next restart. */
  restore(dialect: Dialect): Observable<never> {
    const again = settings.map((setting) =>
      defer(() => this.kept.get(setting)?.(dialect) ?? EMPTY).pipe(catchError(() => EMPTY)),
    );
    return concat(...again).pipe(ignoreElements());
  }
}
