import { catchError, concat, defer, EMPTY, ignoreElements, type Observable, tap } from 'rxjs';

import type { Session } from '../executor/session';

/** The settings, in the order in which they are restored. */
const settings = ['hostname', 'address', 'softAp'] as const;

type Setting = (typeof settings)[number];

/** Makes the cold observable that applies a setting. A function, so that no inspection shows a key. */
type Apply = (up: Session) => Observable<void>;

/** The settings of a program that the modem forgets when it starts again. */
export class KeptSettings {
  private readonly kept = new Map<Setting, Apply>();

  /** Cold: applies a setting, and keeps it if that succeeds. */
  set(setting: Setting, up: Session, apply: Apply): Observable<void> {
    return apply(up).pipe(
      tap(() => {
        this.kept.set(setting, apply);
      }),
    );
  }

  forget(setting: Setting): void {
    this.kept.delete(setting);
  }

  /**
   * Cold: applies all of them again. A setting that the modem refuses now is not in force, and is tried again after the
   * next restart.
   */
  restore(up: Session): Observable<never> {
    const again = settings.map((setting) =>
      defer(() => this.kept.get(setting)?.(up) ?? EMPTY).pipe(catchError(() => EMPTY)),
    );
    return concat(...again).pipe(ignoreElements());
  }
}
