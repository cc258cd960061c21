import { asyncScheduler, type Observable, of, tap, throwError } from 'rxjs';

import { currentOf } from '../streams/internal';
import type { InterfaceConfig } from '../usocket/contract/interfaceConfig';
import { OSError } from '../usocket/contract/osError';
import type { SoftApSettings } from './commands/softApSettings';
import type { Session } from './executor/session';
import { KeptSettings } from './life/keptSettings';
import type { LifecycleHooks } from './life/lifecycle';
import { Rejoiner } from './life/rejoiner';
import type { Status } from './life/status';
import type { Modem } from './modem';
import type { ModemOptions } from './modemOptions';
import { nameServers } from './wifi/hosts';
import { setHostname } from './wifi/identity';
import { ifconfig, setAddress, type StaticConfig, staticAddressOf, useDhcp } from './wifi/ifconfig';
import { isOnNetwork, join, leave } from './wifi/join';
import { disableSoftAp, enableSoftAp } from './wifi/softAp';
import { time, type TimeOptions } from './wifi/time';

/** The name and the address of the network that the modem is on, as far as they are known and still valid. */
export interface KnownNetwork {
  readonly ssid: string | undefined;
  readonly address: string | undefined;
}

/** The Wi-Fi of a modem: the network that it has joined and its settings. Both are restored after each restart. */
export class WifiInterface {
  private readonly kept = new KeptSettings();
  private readonly rejoiner: Rejoiner;
  /** Set by hand. */
  private ownNameServers: readonly string[] = [];
  /**
   * The name and the address of the network as last seen, for inspection. The address is valid as long as the status is
   * the same.
   */
  private ssid: string | Uint8Array | undefined;
  private address: { readonly ip: string; readonly status: Status | undefined } | undefined;

  constructor(
    private readonly modem: Modem,
    private readonly options: ModemOptions,
  ) {
    const { rejoin = {}, scheduler = asyncScheduler } = options;
    this.rejoiner = new Rejoiner(rejoin, scheduler);
  }

  /** The hooks that restore what a restart of the modem has lost. */
  get hooks(): LifecycleHooks {
    return {
      restore: (up) => this.kept.restore(up),
      whileUp$: this.rejoiner.rejoining(this.modem.state.status$),
    };
  }

  /** For inspection. */
  get known(): KnownNetwork {
    const status = currentOf(this.modem.state.status$);
    const isUp = status?.wifi === 'up';
    return {
      ssid: isUp && this.ssid ? Buffer.from(this.ssid as string).toString() : undefined,
      address: isUp && this.address?.status === status ? this.address.ip : undefined,
    };
  }

  connect(up: Session, ssid: string | Uint8Array, key: string | Uint8Array): Observable<void> {
    const joining$ = this.join(up, ssid, key);
    // The modem leaves the earlier network in any case.
    this.rejoiner.forget();
    this.ssid = undefined;
    return joining$.pipe(
      tap({
        next: () => {
          this.ssid = ssid;
          const { state } = this.modem;
          this.rejoiner.keep(
            state.whenUp((current) => this.join(current, ssid, key)),
            state.whenUp((current) => this.isBack(current)),
          );
        },
        error: () => {
          this.rejoiner.forget();
        },
      }),
    );
  }

  disconnect(up: Session): Observable<void> {
    // Now, because some firmware says that the network is left before it says `OK`; and at the end, because the modem may
    // be joining it until then.
    this.rejoiner.forget();
    return leave(up, () => this.modem.links.cutOff()).pipe(
      tap(() => {
        this.rejoiner.forget();
        this.ssid = undefined;
        this.modem.state.setWifi('down');
      }),
    );
  }

  enableSoftAp(up: Session, settings: SoftApSettings): Observable<void> {
    return this.kept.set('softAp', up, (current) => enableSoftAp(current, settings));
  }

  disableSoftAp(up: Session): Observable<void> {
    return disableSoftAp(up).pipe(
      tap(() => {
        this.kept.forget('softAp');
        this.modem.stations.clear();
      }),
    );
  }

  setHostname(up: Session, name: string): Observable<void> {
    return this.kept.set('hostname', up, (current) => setHostname(current, name));
  }

  ifconfig(up: Session): Observable<InterfaceConfig> {
    return ifconfig(up, this.ownNameServers).pipe(
      tap(([ip, , , , , , ssid]) => {
        this.address = { ip, status: currentOf(this.modem.state.status$) };
        this.ssid = ssid;
      }),
    );
  }

  setAddress(up: Session, config: StaticConfig): Observable<void> {
    const given = staticAddressOf(config);
    const nameServers = given.nameServers.length > 0 ? given.nameServers : this.ownNameServers;
    return this.kept
      .set('address', up, (current) => setAddress(current, { ...given, nameServers }))
      .pipe(tap(() => (this.ownNameServers = nameServers)));
  }

  useDhcp(up: Session): Observable<void> {
    const hasOwn = this.ownNameServers.length > 0;
    return this.kept
      .set('address', up, (current) => useDhcp(current, hasOwn))
      .pipe(tap(() => (this.ownNameServers = [])));
  }

  time(up: Session, options: TimeOptions): Observable<number> {
    const time$ = time(up, this.options.scheduler ?? asyncScheduler, options);
    if (this.modem.state.hasAddress) return time$;
    const message = 'time: the modem is on no network; call nic.connect(ssid, key) first';
    return throwError(() => new OSError('ENETUNREACH', 'time', message));
  }

  /** The name servers to ask: those that were set, or the modem's. */
  nameServers(up: Session): Observable<readonly string[]> {
    return this.ownNameServers.length > 0 ? of(this.ownNameServers) : nameServers(up);
  }

  private join(up: Session, ssid: string | Uint8Array, key: string | Uint8Array): Observable<void> {
    const { links, state } = this.modem;
    return join(up, ssid, key, () => links.cutOff()).pipe(
      tap(() => {
        state.setWifi('up');
      }),
    );
  }

  private isBack(up: Session): Observable<boolean> {
    return isOnNetwork(up).pipe(
      tap((isOn) => {
        if (isOn) this.modem.state.setWifi('up');
      }),
    );
  }
}
