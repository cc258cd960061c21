import {
  asyncScheduler,
  catchError,
  concatMap,
  defer,
  endWith,
  type Observable,
  of,
  type SchedulerLike,
  throwError,
} from 'rxjs';

import { Inspectable, type Shown, type Uart } from '../streams';
import { currentOf } from '../streams/internal';
import type { InterfaceConfig } from '../usocket/contract/interfaceConfig';
import type {
  DatagramLink,
  Endpoint,
  Listener,
  Nic,
  OpenStreamOptions,
  StreamLink,
  StreamSettings,
} from '../usocket/contract/nic';
import { ofCall } from '../usocket/contract/osError';
import { SocketTrace } from '../usocket/contract/socketTrace';
import { longestSend } from './commands/catalogue';
import { type Encryption, encryptions } from './commands/softApSettings';
import type { Session } from './executor/session';
import { type InterfaceDetails, interfaceDetails } from './interfaceDetails';
import type { Status } from './life/status';
import { checkSettings } from './links/settings';
import { LineReference } from './line/lineReference';
import { Modem } from './modem';
import type { ModemOptions } from './modemOptions';
import type { LineBytes } from './trace/byteTrace';
import type { TraceEvent } from './trace/traceEvent';
import { rssi } from './wifi/accessPoint';
import { askNameServers } from './wifi/askNameServers';
import { isTooLong, ping, resolve } from './wifi/hosts';
import { hostname, mac } from './wifi/identity';
import type { StaticConfig } from './wifi/ifconfig';
import { type FoundNetwork, scan } from './wifi/scan';
import type { Station } from './wifi/softAp';
import type { TimeOptions } from './wifi/time';
import { WifiInterface } from './wifiInterface';

/**
 * The ESP8285 (or ESP8266) as a network interface, in observables. Each method with a `$` is cold: it asks the modem
 * when it is subscribed to, emits once and completes, or errors with an `OSError`. {@link ESP8285} adds the methods
 * that return promises.
 *
 * When the modem starts again by itself, its connections are lost. The interface sets it up, joins the network again,
 * and restores its settings: its own network, the address and the host name. `status$` shows each step.
 */
export class ESP8285Streams extends Inspectable implements Nic {
  /** For {@link enable_ap$}: an open network, without a key. */
  static readonly OPEN = encryptions.OPEN;
  /** For {@link enable_ap$}: WPA with a key. */
  static readonly WPA_PSK = encryptions.WPA_PSK;
  /** For {@link enable_ap$}: WPA2 with a key, the default. */
  static readonly WPA2_PSK = encryptions.WPA2_PSK;
  /** For {@link enable_ap$}: WPA or WPA2 with a key, as the station wants it. */
  static readonly WPA_WPA2_PSK = encryptions.WPA_WPA2_PSK;

  /** For {@link enable_ap$}: an open network, without a key. */
  readonly OPEN = encryptions.OPEN;
  /** For {@link enable_ap$}: WPA with a key. */
  readonly WPA_PSK = encryptions.WPA_PSK;
  /** For {@link enable_ap$}: WPA2 with a key, the default. */
  readonly WPA2_PSK = encryptions.WPA2_PSK;
  /** For {@link enable_ap$}: WPA or WPA2 with a key, as the station wants it. */
  readonly WPA_WPA2_PSK = encryptions.WPA_WPA2_PSK;

  readonly name = 'esp8285';
  readonly maxDatagram = longestSend;
  /** How the interface is doing; replays the current status. */
  readonly status$: Observable<Status>;
  /**
   * Everything that goes over the line, both ways, without keys and payloads. Hot: subscribe before {@link start$} to
   * see the set-up. It costs next to nothing without a subscriber, and completes with the line.
   *
   *     nic.trace$.subscribe(({ time, direction, text }) => console.log(time, direction, text));
   */
  readonly trace$: Observable<TraceEvent>;
  /**
   * The bytes that go over the line, both ways, with payloads. Hot. Each key is replaced by as many `*`. What comes
   * between a command with a key and the answer to a later command is told together when that answer has come. It costs
   * next to nothing without a subscriber, and completes with the line.
   */
  readonly bytes$: Observable<LineBytes>;
  /**
   * The stations on the modem's own network, see {@link enable_ap$}; replays the current list. AT 1.6 and later report
   * them.
   */
  readonly stations$: Observable<readonly Station[]>;

  /** The calls of the sockets of this interface, for those who watch. */
  readonly sockets: SocketTrace;

  private readonly modem: Modem;
  private readonly wifi: WifiInterface;
  private readonly scheduler: SchedulerLike;
  private readonly reference: LineReference;

  /**
   * Makes the interface, and sends nothing yet: call {@link start$} next.
   *
   * @param uart The serial line to the modem; the interface closes it in {@link close$}.
   * @throws `OSError` `EINVAL` for options that do not fit the line.
   */
  constructor(
    private readonly uart: Uart,
    options: ModemOptions = {},
  ) {
    super();
    this.scheduler = options.scheduler ?? asyncScheduler;
    this.reference = new LineReference(uart, this.scheduler);
    this.modem = new Modem(uart, this.reference, options);
    this.wifi = new WifiInterface(this.modem, options);
    this.status$ = this.modem.state.status$;
    this.trace$ = this.modem.trace$;
    this.bytes$ = this.modem.bytes$;
    this.stations$ = this.modem.stations.stations$;
    this.sockets = new SocketTrace(this.scheduler);
  }

  /**
   * Takes the modem in whatever state it is in, sets it up, and emits once when it is ready. From then on the interface
   * listens to it until {@link close$}. After an error it tries again with the next call.
   *
   * Errors: `ENODEV`, `EACCES`, `EBUSY` for the port; `EIO` when the modem is silent; `EPROTO` when its answers make no
   * sense, most likely because of the baud rate; `EOPNOTSUPP` when its firmware cannot be used.
   */
  start$(): Observable<void> {
    return defer(() => {
      this.modem.lifecycle.start(this.wifi.hooks);
      return this.whenUp(() => of(undefined));
    });
  }

  /** Gives up an interface that did not start: the line is free for another one. */
  protected letGo(): void {
    this.modem.lifecycle.letGo();
  }

  /**
   * Joins a network and emits once the modem has an address. The network is joined again whenever it is lost, until the
   * next `connect$` or {@link disconnect$}.
   *
   * Errors: `EACCES` wrong key, `ENOENT` no such network, `ETIMEDOUT` no answer or no address, `ECONNREFUSED` turned away,
   * `EINVAL` a name or key that cannot be sent. The firmware may report a wrong key as any of the others.
   *
   * @param ssid 1 to 32 bytes: a text, which is sent in UTF-8, or bytes, such as {@link FoundNetwork.ssidBytes}.
   * @param key At most 64 bytes, as text or bytes. None, or `null`, for an open network.
   */
  connect$(ssid: string | Uint8Array, key: string | Uint8Array | null = null): Observable<void> {
    return this.call('connect', (up) => this.wifi.connect(up, ssid, key ?? ''));
  }

  /**
   * Leaves the network, and does not join it again. It also emits when the modem was on none.
   *
   * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
   */
  disconnect$(): Observable<void> {
    return this.call('disconnect', (up) => this.wifi.disconnect(up));
  }

  /**
   * Opens the modem's own network, beside the one that it may have joined. The modem's address there is 192.168.4.1,
   * and {@link stations$} lists the stations on it. If the modem refuses, it has no network of its own, not even the
   * one before.
   *
   * Errors: `EINVAL` before anything is sent, `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
   *
   * @param ssid 1 to 32 bytes, as text or bytes.
   * @param key 8 to 64 bytes; an open network ignores it.
   * @param channel 1 to 14. While the modem is on a network, the firmware uses the channel of that network. Default: 5.
   * @param encryption {@link OPEN}, {@link WPA_PSK}, {@link WPA2_PSK} or {@link WPA_WPA2_PSK}. Default: `WPA2_PSK`.
   */
  enable_ap$(
    ssid: string | Uint8Array,
    key: string | Uint8Array,
    channel = 5,
    encryption: Encryption = encryptions.WPA2_PSK,
  ): Observable<void> {
    return this.call('enable_ap', (up) => this.wifi.enableSoftAp(up, { ssid, key, channel, encryption }));
  }

  /** Switches the modem's own network off. Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses. */
  disable_ap$(): Observable<void> {
    return this.call('disable_ap', (up) => this.wifi.disableSoftAp(up));
  }

  /**
   * Asks for the modem's addresses and its access point: `[ip, netmask, gateway, dns, dns2, bssid, ssid]`, see
   * {@link InterfaceConfig}. What old firmware does not show is an empty string.
   *
   * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses or its answer cannot be understood.
   */
  ifconfig$(): Observable<InterfaceConfig>;
  /**
   * Sets the address by hand, in MicroPython's order, `[ip, netmask, gateway, dns]`, or gets it from the network again,
   * with `'dhcp'`. Without `dns` the name servers stay. The driver restores the setting after a restart of the modem.
   *
   * Errors: `EINVAL` for an invalid address, `EOPNOTSUPP` for a name server with firmware before AT 1.4, `ETIMEDOUT`,
   * `EIO`.
   */
  ifconfig$(config: StaticConfig | 'dhcp'): Observable<void>;
  ifconfig$(config?: StaticConfig | 'dhcp'): Observable<InterfaceConfig | void> {
    return this.call<InterfaceConfig | void>('ifconfig', (up) => {
      if (config === undefined) return this.wifi.ifconfig(up);
      return config === 'dhcp' ? this.wifi.useDhcp(up) : this.wifi.setAddress(up, config);
    });
  }

  /**
   * Asks for the host name that the modem gives with its DHCP requests.
   *
   * Errors: `EOPNOTSUPP` with firmware before AT 1.4, `ETIMEDOUT`, `EIO`.
   */
  hostname$(): Observable<string>;
  /**
   * Sets the host name, 1 to 32 bytes. The network learns it with the next join. The driver restores it after a restart
   * of the modem.
   *
   * Errors: `EINVAL`, `EOPNOTSUPP` with firmware before AT 1.4, `ETIMEDOUT`, `EIO`.
   */
  hostname$(name: string): Observable<void>;
  hostname$(name?: string): Observable<string | void> {
    return this.call<string | void>('hostname', (up) =>
      name === undefined ? hostname(up) : this.wifi.setHostname(up, name),
    );
  }

  /** Asks for the modem's hardware address, `'aa:bb:cc:dd:ee:ff'`. Errors: `ETIMEDOUT`, `EIO`. */
  mac$(): Observable<string> {
    return this.call('mac', mac);
  }

  /**
   * Asks time servers (SNTP) through the modem, and emits the time in milliseconds since 1970, exact to the second.
   *
   * Errors: `ENETUNREACH` without an address, `ETIMEDOUT` without an answer, `EOPNOTSUPP` with firmware before AT 1.4,
   * `EINVAL`, `EIO`.
   */
  time$(options: TimeOptions = {}): Observable<number> {
    return this.call('time', (up) => this.wifi.time(up, options));
  }

  /**
   * Restarts the modem, and emits when it is set up. Its network is joined again, and its listening port is opened
   * again. Open connections are lost (`ECONNRESET`). A modem that refuses, or does not say that it has started, is set
   * up after 6 s.
   *
   * Errors: `EIO` when it does not come back.
   */
  reset$(): Observable<void> {
    return this.reference.during(this.modem.lifecycle.reset().pipe(endWith(undefined)));
  }

  /**
   * Changes the speed of the line and of the modem, in bits per second, as the option `baud` does, and emits the one that
   * both have afterwards: a slower one if the modem refuses, or the line damages what is said at that speed; `trace$`
   * says why. It is set again after each restart. Data that come during the change would be lost, so there must be no
   * open connection.
   *
   * Errors: `EBUSY` with open connections, `EOPNOTSUPP` for a line whose speed cannot be changed from here, such as
   * `tcp:`, `EINVAL`; `EIO` when the modem stops answering.
   */
  set_baud$(baud: number): Observable<number> {
    return this.call('set_baud', (up) => this.modem.setBaud(up, baud));
  }

  /**
   * Looks for networks, which takes a few seconds, and emits those in range, in the modem's order; see
   * {@link FoundNetwork}.
   *
   * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses or its answer cannot be understood.
   */
  scan$(): Observable<readonly FoundNetwork[]> {
    return this.call('scan', scan);
  }

  /**
   * Asks for the signal strength of the access point, in dBm.
   *
   * Errors: `ENOTCONN` when the modem has joined none, `EOPNOTSUPP` when the firmware does not show it, `ETIMEDOUT`,
   * `EIO`.
   */
  rssi$(): Observable<number> {
    return this.call('rssi', rssi);
  }

  /**
   * Sends an echo request to a host, by name or address, and emits how long the answer took, in milliseconds.
   *
   * Errors: `ETIMEDOUT` when the host does not answer, `ENETUNREACH` without a network, `EIO` when its name is not found or the
   * modem refuses, `EINVAL`.
   */
  ping$(host: string): Observable<number> {
    return this.call('ping', (up) =>
      // A name that is too long for the firmware is looked up first.
      (isTooLong(up, host) ? this.resolve(host) : of([host])).pipe(
        concatMap(([address = host]) => ping(up, address, () => this.modem.state.hasAddress)),
      ),
    );
  }

  /** Emits the firmware's version, `'1.7.4.0'`, or `'unknown'` if the modem does not say it. */
  version$(): Observable<string> {
    return this.call('version', ({ dialect }) => of(dialect.version));
  }

  /**
   * Closes all connections and the serial line. Operations under way fail with `EBADF`, and so does every later call.
   * Closing twice is not an error.
   */
  close$(): Observable<void> {
    return this.reference.during(this.modem.lifecycle.close().pipe(endWith(undefined)));
  }

  /** The open interface keeps the program running, which is the default. Returns the interface. */
  ref(): this {
    this.reference.want(true);
    return this;
  }

  /**
   * The open interface does not keep the program running by itself, as with the handles of Node.js. A call that is under way
   * still does, and so does an open socket, unless that has been unreferenced, too. Returns the interface.
   *
   *     const nic = (await network.ESP8285(uart)).unref();
   *
   * It works with lines that have `unref` (`Uart.unref`), and with a `scheduler` that has it, such as the one that
   * `network.ESP8285` uses. A program that ends in this way leaves the modem as it is, and the next one takes it over.
   */
  unref(): this {
    this.reference.want(false);
    return this;
  }

  /** The speed of the line, in bits per second; `undefined` if the line does not know it. */
  get baud(): number | undefined {
    return this.uart.baudRate;
  }

  /** Whether the modem is on a network and has an address. */
  isconnected(): boolean {
    return this.modem.state.hasAddress;
  }

  /** The interface, its modem, links and sockets at this moment, as far as the driver knows them. The modem is not asked. */
  get details(): InterfaceDetails {
    return interfaceDetails(this.uart, this.modem, this.wifi.known, this.sockets.details);
  }

  /** `<esp8285 modem=up firmware=1.7.4.0 port=/dev/ttyUSB0 wifi=up ssid=my-ssid address=192.168.1.20 links=2>` */
  protected override shown(): readonly [string, Shown] {
    const status = currentOf(this.status$);
    return [
      this.name,
      {
        modem: status?.modem,
        firmware: this.modem.state.version,
        port: this.uart.port,
        baud: this.modem.setsSpeed ? this.baud : undefined,
        wifi: status?.wifi,
        ...this.wifi.known,
        links: this.modem.links.used,
        error: status?.error?.message,
      },
    ];
  }

  resolve(host: string): Observable<readonly string[]> {
    return this.call('getaddrinfo', (up) =>
      resolve(up, host, {
        hasAddress: () => this.isconnected(),
        askNameServers: (name) => this.askNameServers(up, name),
      }),
    );
  }

  openStream(remote: Endpoint, options: OpenStreamOptions = {}): Observable<StreamLink> {
    return this.whenUp(() => this.modem.streams.open(remote, options));
  }

  checkSettings(settings: StreamSettings): Observable<never> {
    return this.whenUp(({ dialect }) => checkSettings(dialect, settings));
  }

  openDatagram(local: Endpoint): Observable<DatagramLink> {
    return this.whenUp(() => this.modem.datagrams.open(local));
  }

  listen(local: Endpoint): Observable<Listener> {
    return this.whenUp(() => this.modem.server.open(local));
  }

  /** Runs an operation of the program. If the interface is closed meanwhile, the error names the call. */
  private call<T>(name: string, operation: (up: Session) => Observable<T>): Observable<T> {
    return this.whenUp(operation).pipe(catchError((error: unknown) => throwError(() => ofCall(name, error))));
  }

  private whenUp<T>(operation: (up: Session) => Observable<T>): Observable<T> {
    return this.reference.during(this.modem.state.whenUp(operation));
  }

  private askNameServers(up: Session, name: string): Observable<readonly string[]> {
    const { links, datagrams } = this.modem;
    return this.wifi.nameServers(up).pipe(
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
}
