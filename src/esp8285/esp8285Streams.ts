import {
  asyncScheduler,
  concatMap,
  defer,
  endWith,
  map,
  type Observable,
  of,
  type SchedulerLike,
  tap,
  throwError,
} from 'rxjs';

import { currentOf, Inspectable, type Shown, type Uart } from '../streams';
import type {
  DatagramLink,
  Endpoint,
  Listener,
  Nic,
  StreamLink,
  OpenStreamOptions,
  StreamSettings,
} from '../usocket/contract/nic';
import { OSError } from '../usocket/contract/osError';
import { catalogueOf, longestHostName } from './commands/catalogue';
import type { Dialect } from './commands/dialect';
import { type Encryption, encryptions } from './commands/softAp';
import { withCommandError } from './executor/commandError';
import { Lasting } from './life/keptSettings';
import { longestSend } from './links/numberedLink';
import { openStream } from './links/openStream';
import { checkSettings } from './links/settings';
import { Modem } from './modem';
import type { ModemOptions } from './modemOptions';
import type { Status } from './life/status';
import type { TraceEvent } from './trace/traceEvent';
import { accessPoint } from './wifi/accessPoint';
import { addressPlanOf, setAddress, type StaticConfig, useDhcp } from './wifi/address';
import { askNameServers } from './wifi/askNameServers';
import type { FoundNetwork } from './wifi/foundNetwork';
import { HomeNetwork } from './life/rejoiner';
import { hostname, setHostname } from './wifi/hostname';
import { ifconfig, type InterfaceConfig } from './wifi/ifconfig';
import { join } from './wifi/join';
import { leave } from './wifi/leave';
import { mac } from './wifi/mac';
import { nameServers } from './wifi/nameServers';
import { ping } from './wifi/ping';
import { resolve } from './wifi/resolve';
import { scan } from './wifi/scan';
import { disableSoftAp, enableSoftAp } from './wifi/softAp';
import type { Station } from './wifi/stations';
import { time, type TimeOptions } from './wifi/time';

/**
 * The ESP8285 (or ESP8266) as a network interface, in observables. When the modem starts again by itself, its connections
 * are lost; the interface sets it up, joins the network again, and sets again what was set: its own network, the address,
 * the host name. `status$` tells. The methods without `$` are in {@link ESP8285}.
 */
export class ESP8285Streams extends Inspectable implements Nic {
  static readonly OPEN = encryptions.OPEN;
  static readonly WPA_PSK = encryptions.WPA_PSK;
  static readonly WPA2_PSK = encryptions.WPA2_PSK;
  static readonly WPA_WPA2_PSK = encryptions.WPA_WPA2_PSK;

  readonly OPEN = encryptions.OPEN;
  readonly WPA_PSK = encryptions.WPA_PSK;
  readonly WPA2_PSK = encryptions.WPA2_PSK;
  readonly WPA_WPA2_PSK = encryptions.WPA_WPA2_PSK;

  readonly name = 'esp8285';
  readonly maxDatagram = longestSend;
  /** How the interface is doing; replays the current state. */
  readonly status$: Observable<Status>;
  /**
   * Everything that goes over the line, both ways, with keys and payloads left out. Hot: subscribe before
   * {@link start$} to see the set-up. Costs next to nothing while nobody is subscribed; completes with the line.
   */
  readonly trace$: Observable<TraceEvent>;
  /** Who is on the modem's own network, see {@link enable_ap$}; replays the current list. AT 1.6 and later tell. */
  readonly stations$: Observable<readonly Station[]>;

  private readonly modem: Modem;
  private readonly scheduler: SchedulerLike;
  private readonly home: HomeNetwork;
  private readonly lasting = new Lasting();
  /** Set by hand. */
  private nameServers: readonly string[] = [];
  /** What was last heard of the network, for inspection; the address counts as long as the state is the same. */
  private ssid: string | Uint8Array | undefined;
  private address: { readonly ip: string; readonly status: Status | undefined } | undefined;

  constructor(
    private readonly uart: Uart,
    options: ModemOptions = {},
  ) {
    super();
    const { rejoin = {}, scheduler = asyncScheduler } = options;
    this.scheduler = scheduler;
    this.home = new HomeNetwork(rejoin, scheduler);
    this.modem = new Modem(uart, options);
    this.status$ = this.modem.status$;
    this.trace$ = this.modem.trace$;
    this.stations$ = this.modem.stations.stations$;
  }

  /**
   * Takes the modem in whatever state it is in, sets it up, and emits once when it is ready. From then on it is listened
   * to until {@link close$}.
   *
   * Errors: `ENODEV`, `EACCES`, `EBUSY` for the port; `EIO` when the modem is silent, `EPROTO` when what it says makes
   * no sense (the baud rate, most likely).
   */
  start$(): Observable<void> {
    return defer(() => {
      this.modem.start({
        restore: (dialect) => this.lasting.restore(dialect),
        meanwhile$: this.home.keeping(this.status$),
      });
      return this.modem.whenUp(() => of(undefined));
    });
  }

  /** Gives up an interface that did not start: the line is free for another one. */
  protected letGo(): void {
    this.modem.letGo();
  }

  /**
   * Joins a network and emits once the modem has an address.
   *
   * Errors: `EACCES` wrong key, `ENOENT` no such network, `ETIMEDOUT`, `ECONNREFUSED`, `EINVAL`; see {@link join}.
   *
   * @param ssid As text, which is said in UTF-8, or as bytes: see {@link FoundNetwork.ssidBytes}.
   * @param key The same. None, or `null`, for an open network.
   */
  connect$(ssid: string | Uint8Array, key: string | Uint8Array | null = null): Observable<void> {
    return this.modem.whenUp((dialect) => {
      const joining$ = this.join(dialect, ssid, key ?? '');
      // The one before is left, whatever becomes of this one.
      this.home.forget();
      this.ssid = undefined;
      return joining$.pipe(
        tap({
          next: () => {
            this.ssid = ssid;
            this.home.keep(this.modem.whenUp((current) => this.join(current, ssid, key ?? '')));
          },
          error: () => {
            this.home.forget();
          },
        }),
      );
    });
  }

  /**
   * Leaves the network; one that is on none has left it. Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it
   * refuses.
   */
  disconnect$(): Observable<void> {
    return this.modem
      .whenUp((dialect) => {
        // Now, for some firmwares tell that it is left before they say `OK`, and then, for it may be joined before.
        this.home.forget();
        return leave(this.modem.executor, catalogueOf(dialect));
      })
      .pipe(
        map(() => {
          this.home.forget();
          this.ssid = undefined;
          this.modem.setWifi('down');
        }),
        withCommandError('disconnect'),
      );
  }

  /**
   * Makes a network of the modem's own, beside the one that it may have joined; `stations$` tells who is on it. Its
   * address is 192.168.4.1. See {@link enableSoftAp}.
   *
   * Errors: `EINVAL`, `ETIMEDOUT`, `EIO`.
   *
   * @param ssid 1 to 32 bytes.
   * @param key 8 to 64 bytes; an open network has none, and what is given is not sent.
   * @param channel 1 to 14; while a network is joined, the firmware takes that one's.
   * @param encryption `OPEN`, `WPA_PSK`, `WPA2_PSK` or `WPA_WPA2_PSK` of this interface.
   */
  enable_ap$(
    ssid: string | Uint8Array,
    key: string | Uint8Array,
    channel = 5,
    encryption: Encryption = encryptions.WPA2_PSK,
  ): Observable<void> {
    return this.modem.whenUp((dialect) =>
      this.lasting.set('softAp', dialect, (current) =>
        enableSoftAp(this.modem.executor, catalogueOf(current), { ssid, key, channel, encryption }),
      ),
    );
  }

  /** Switches the modem's own network off. Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses. */
  disable_ap$(): Observable<void> {
    return this.modem.whenUp((dialect) =>
      disableSoftAp(this.modem.executor, catalogueOf(dialect)).pipe(
        tap(() => {
          this.lasting.forget('softAp');
          this.modem.stations.clear();
        }),
      ),
    );
  }

  /** See {@link ifconfig}: the modem's addresses and its access point. */
  ifconfig$(): Observable<InterfaceConfig>;
  /**
   * Sets the address by hand, as MicroPython has it, `[ip, netmask, gateway, dns]`, or has it come from the network again,
   * `'dhcp'`. Without `dns` the name servers stay. See {@link setAddress}, {@link useDhcp}.
   *
   * Errors: `EINVAL` for what is no address, `EOPNOTSUPP` for a name server with firmware before AT 1.4, `ETIMEDOUT`,
   * `EIO`.
   */
  ifconfig$(config: StaticConfig | 'dhcp'): Observable<void>;
  ifconfig$(config?: StaticConfig | 'dhcp'): Observable<InterfaceConfig | void> {
    return this.modem.whenUp<InterfaceConfig | void>((dialect) => {
      if (config === undefined) {
        return ifconfig(this.modem.executor, catalogueOf(dialect), this.nameServers).pipe(
          tap(([ip, , , , , , ssid]) => {
            this.address = { ip, status: currentOf(this.status$) };
            this.ssid = ssid;
          }),
        );
      }
      return config === 'dhcp' ? this.useDhcp(dialect) : this.setAddress(dialect, config);
    });
  }

  /** See {@link hostname}: the name under which the modem asks for an address. */
  hostname$(): Observable<string>;
  /** Sets it, for the next join. See {@link setHostname}. Errors: `EINVAL`, `EOPNOTSUPP`, `ETIMEDOUT`, `EIO`. */
  hostname$(name: string): Observable<void>;
  hostname$(name?: string): Observable<string | void> {
    return this.modem.whenUp<string | void>((dialect) => {
      if (name === undefined) return hostname(this.modem.executor, dialect);
      return this.lasting.set('hostname', dialect, (current) => setHostname(this.modem.executor, current, name));
    });
  }

  /** See {@link mac}: the hardware address of the modem, `'aa:bb:cc:dd:ee:ff'`. */
  mac$(): Observable<string> {
    return this.modem.whenUp((dialect) => mac(this.modem.executor, catalogueOf(dialect)));
  }

  /**
   * See {@link time}: the time by the network, in milliseconds since 1970.
   *
   * Errors: `ENETUNREACH` without an address, `ETIMEDOUT` without an answer, `EOPNOTSUPP` with firmware before AT 1.4,
   * `EINVAL`, `EIO`.
   */
  time$(options: TimeOptions = {}): Observable<number> {
    return this.modem.whenUp((dialect) => {
      const time$ = time(this.modem.executor, dialect, this.scheduler, options);
      if (this.modem.hasAddress) return time$;
      const message = 'time: the modem is on no network; call nic.connect(ssid, key) first';
      return throwError(() => new OSError('ENETUNREACH', 'time', message));
    });
  }

  /**
   * Has the modem start again, and emits when it is set up. It goes on as after a restart by itself: it joins its network
   * again, and listens again; open connections are lost (`ECONNRESET`). A modem that does not say that it has started, or
   * does not want to, is set up all the same, after 6 s.
   *
   * Errors: `EIO` when it does not come back.
   */
  reset$(): Observable<void> {
    return this.modem.reset().pipe(endWith(undefined));
  }

  /** See {@link scan}: the networks in reach, as the modem describes them. */
  scan$(): Observable<readonly FoundNetwork[]> {
    return this.modem.whenUp(() => scan(this.modem.executor));
  }

  /**
   * Signal strength of the access point, in dBm. Errors: `ENOTCONN` when the modem has joined none, `EOPNOTSUPP` when the
   * firmware does not tell.
   */
  rssi$(): Observable<number> {
    return this.modem.whenUp((dialect) =>
      accessPoint(this.modem.executor, catalogueOf(dialect)).pipe(
        map((joined) => {
          if (joined?.rssi !== undefined) return joined.rssi;
          throw joined
            ? new OSError('EOPNOTSUPP', 'rssi', "rssi: the modem's firmware does not tell how strong the signal is")
            : new OSError('ENOTCONN', 'rssi', 'rssi: the modem has joined no network; call nic.connect(ssid, key)');
        }),
        withCommandError('rssi'),
      ),
    );
  }

  /** See {@link ping}: how long a host's answer took, in milliseconds. */
  ping$(host: string): Observable<number> {
    return this.modem.whenUp(({ generation }) =>
      // A name that the firmware does not take is looked up first.
      (Buffer.byteLength(host) > longestHostName[generation] ? this.resolve(host) : of([host])).pipe(
        concatMap(([address = host]) => ping(this.modem.executor, address)),
      ),
    );
  }

  /** The firmware's version, `'1.7.4.0'`; `'unknown'` when it does not say. */
  version$(): Observable<string> {
    return this.modem.whenUp(({ version }) => of(version));
  }

  /** Ends all connections, and closes the serial line. */
  close$(): Observable<void> {
    return this.modem.close().pipe(endWith(undefined));
  }

  /** Whether the modem is on a network, with an address. */
  isconnected(): boolean {
    return this.modem.hasAddress;
  }

  /** `<esp8285 modem=up firmware=1.7.4.0 port=/dev/ttyUSB0 wifi=up ssid=my-ssid address=192.168.1.20 links=2>` */
  protected override shown(): readonly [string, Shown] {
    const status = currentOf(this.status$);
    const isUp = status?.wifi === 'up';
    return [
      this.name,
      {
        modem: status?.modem,
        firmware: this.modem.version,
        port: this.uart.port,
        wifi: status?.wifi,
        ssid: isUp && this.ssid ? Buffer.from(this.ssid as string).toString() : undefined,
        // As `ifconfig` has last read it.
        address: isUp && this.address?.status === status ? this.address.ip : undefined,
        links: this.modem.links.used,
        error: status?.error?.message,
      },
    ];
  }

  resolve(host: string): Observable<readonly string[]> {
    return this.modem.whenUp((dialect) =>
      resolve(
        {
          dialect,
          executor: this.modem.executor,
          hasAddress: () => this.modem.hasAddress,
          askNameServers: (name) => this.askNameServers(dialect, name),
        },
        host,
      ),
    );
  }

  openStream(remote: Endpoint, options: OpenStreamOptions = {}): Observable<StreamLink> {
    const { links, encryption } = this.modem;
    const hasAddress = () => this.modem.hasAddress;
    return this.modem.whenUp((dialect) => openStream({ links, encryption, dialect, hasAddress }, remote, options));
  }

  checkSettings(settings: StreamSettings): Observable<never> {
    return this.modem.whenUp((dialect) => checkSettings(dialect, settings));
  }

  openDatagram(local: Endpoint): Observable<DatagramLink> {
    return this.modem.whenUp(() => this.modem.datagrams.open(local));
  }

  listen(local: Endpoint): Observable<Listener> {
    return this.modem.whenUp(() => this.modem.server.listen(local));
  }

  private askNameServers(dialect: Dialect, name: string): Observable<readonly string[]> {
    const { executor, links, datagrams } = this.modem;
    const servers$ = this.nameServers.length > 0 ? of(this.nameServers) : nameServers(executor, catalogueOf(dialect));
    return servers$.pipe(
      concatMap((servers) =>
        askNameServers(name, {
          servers,
          scheduler: this.scheduler,
          port$: datagrams.open({ address: '0.0.0.0', port: 0 }),
          close: (port) => {
            links.cleanUp(port.close());
          },
        }),
      ),
    );
  }

  private join(dialect: Dialect, ssid: string | Uint8Array, key: string | Uint8Array): Observable<void> {
    return join(this.modem.executor, catalogueOf(dialect), ssid, key).pipe(
      tap(() => {
        this.modem.setWifi('up');
      }),
    );
  }

  private setAddress(dialect: Dialect, config: StaticConfig): Observable<void> {
    const given = addressPlanOf(config);
    const nameServers = given.nameServers.length > 0 ? given.nameServers : this.nameServers;
    const apply = (current: Dialect) => setAddress(this.modem.executor, current, { ...given, nameServers });
    return this.lasting.set('address', dialect, apply).pipe(tap(() => (this.nameServers = nameServers)));
  }

  private useDhcp(dialect: Dialect): Observable<void> {
    const isOwn = this.nameServers.length > 0;
    const apply = (current: Dialect) => useDhcp(this.modem.executor, current, isOwn);
    return this.lasting.set('address', dialect, apply).pipe(tap(() => (this.nameServers = [])));
  }
}
