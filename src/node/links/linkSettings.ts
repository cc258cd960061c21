import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  endWith,
  from,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  reduce,
} from 'rxjs';

import type { Nic, StreamLink, StreamSettings } from '../../usocket/contract/nic';

/** The operating system's usual time of silence before it probes the peer, in seconds. */
const usualKeepAlive = 7_200;

/**
 * The settings that a program wants of its connection. A setting that the interface does not have changes nothing and is
 * told, because no program expects `setNoDelay` or `setKeepAlive` to fail.
 */
export class LinkSettings {
  private wanted: StreamSettings = {};
  private inForce: StreamSettings = {};
  private link: StreamLink | undefined;

  /** @param refused Called with the name of a setting that the interface refuses, and its reason. */
  constructor(
    private readonly nic: Nic,
    private readonly refused: (setting: string, reason: unknown) => void,
  ) {}

  setNoDelay(noDelay: boolean): void {
    this.want({ noDelay });
  }

  /** @param seconds How long the peer may be silent before it is probed; 0 is the usual time. */
  setKeepAlive(isOn: boolean, seconds: number): void {
    const idle = seconds > 0 ? seconds : usualKeepAlive;
    this.want({ keepAlive: isOn ? idle : 0 });
  }

  /** Cold. Emits the settings to open the connection with. */
  get opening$(): Observable<StreamSettings> {
    return defer(() => from(differences(this.wanted, {}))).pipe(
      concatMap((setting) => this.nic.checkSettings(setting).pipe(endWith(setting), this.tolerant(setting))),
      reduce((all, setting) => ({ ...all, ...setting }), {}),
      map((all) => {
        // What has been refused now is not tried again on the open connection.
        this.inForce = this.wanted;
        return all;
      }),
    );
  }

  /** The connection is open, and takes later changes. */
  opened(link: StreamLink): void {
    this.link = link;
    this.apply();
  }

  private want(change: StreamSettings): void {
    this.wanted = { ...this.wanted, ...change };
    this.apply();
  }

  private apply(): void {
    const { link } = this;
    if (!link) return;
    const changes = differences(this.wanted, this.inForce);
    this.inForce = this.wanted;
    from(changes)
      .pipe(concatMap((change) => link.configure(change).pipe(this.tolerant(change))))
      .subscribe();
  }

  private tolerant<T>(setting: StreamSettings): MonoTypeOperatorFunction<T> {
    return catchError((error: unknown) => {
      this.refused(Object.keys(setting).join(), error);
      return EMPTY;
    });
  }
}

/** The settings that are not the same, each for itself. */
function differences(wanted: StreamSettings, inForce: StreamSettings): readonly StreamSettings[] {
  const { keepAlive, noDelay } = wanted;
  return [
    ...(keepAlive === undefined || keepAlive === (inForce.keepAlive ?? 0) ? [] : [{ keepAlive }]),
    ...(noDelay === undefined || noDelay === (inForce.noDelay ?? false) ? [] : [{ noDelay }]),
  ];
}
