import { defer, finalize, map, type Observable, tap } from 'rxjs';

import type { Uart } from '../streams';
import type { InterfaceConfig } from '../usocket/contract/interfaceConfig';
import { fromCaller } from '../usocket/contract/callerStack';
import { type Abortable, partOptions, promiseOf } from '../usocket/contract/promiseOf';
import type { Encryption } from './commands/softApSettings';
import { ESP8285Streams } from './esp8285Streams';
import type { ModemOptions } from './modemOptions';
import type { StaticConfig } from './wifi/ifconfig';
import type { FoundNetwork } from './wifi/scan';
import type { TimeOptions } from './wifi/time';

/** The name of a network, or its key, as text or as bytes. */
type Name = string | Uint8Array;

/**
 * The ESP8285 (or ESP8266) as a network interface, with promises. Each promise is the first value of the observable of
 * the same name with a `$`, and rejects with an `OSError`. Each method takes `{ signal }` as its last argument. When
 * that aborts, the promise rejects at once, and a command that the modem already runs goes on to its end.
 *
 *     const nic = await ESP8285.start(uart);
 *     await nic.connect('my-ssid', 'my-password', { signal: AbortSignal.timeout(10_000) });
 */
export class ESP8285 extends ESP8285Streams implements AsyncDisposable {
  /**
   * Makes the interface, and sends nothing yet: call {@link start} next.
   *
   * @param uart The serial line to the modem; the interface closes it in {@link close}.
   * @throws `OSError` `EINVAL` for options that do not fit the line.
   */
  constructor(uart: Uart, options: ModemOptions = {}) {
    try {
      super(uart, options);
    } catch (error) {
      throw fromCaller(error);
    }
  }

  /**
   * Takes the modem in whatever state it is in, sets it up, and resolves to the interface. When that fails or is aborted,
   * the line is left open and free for another attempt.
   *
   *     await using nic = await ESP8285.start(uart, { receive: 'pushed' });
   *
   * Rejects with `ENODEV`, `EACCES` or `EBUSY` for the port; `EIO` when the modem is silent; `EPROTO` when its answers make
   * no sense, most likely because of the baud rate; `EOPNOTSUPP` when its firmware cannot be used; `EINVAL` for options
   * that do not fit the line.
   */
  static start(uart: Uart, options: ModemOptions & Abortable = {}): Promise<ESP8285> {
    return promiseOf(
      defer(() => {
        const nic = new ESP8285(uart, options);
        return nic.startOrLetGo().pipe(map(() => nic));
      }),
      options,
    );
  }

  /**
   * Sets the modem up, and resolves when it is ready: for a program that subscribes to `trace$` or `status$` first. After a
   * rejection it may be called again. Rejects as {@link ESP8285.start} does.
   *
   *     const nic = new ESP8285(uart);
   *     nic.trace$.subscribe(({ text }) => console.log(text));
   *     await nic.start();
   */
  start(options?: Abortable): Promise<void> {
    return promiseOf(this.startOrLetGo(), options);
  }

  /**
   * Joins a network, and resolves once the modem has an address. The network is joined again whenever it is lost, until
   * the next `connect` or {@link disconnect}.
   *
   *     await nic.connect('my-ssid', 'my-password');
   *
   * Rejects with `EACCES` for a wrong key, `ENOENT` when there is no such network, `ETIMEDOUT` without an answer or an
   * address, `ECONNREFUSED` when the access point turns the modem away, `EINVAL` for a name or key that cannot be sent. The
   * firmware may report a wrong key as any of the others. When aborted, the modem may still join: `status$` tells, and
   * {@link disconnect} leaves the network.
   *
   * @param ssid 1 to 32 bytes: a text, which is sent in UTF-8, or bytes, such as {@link FoundNetwork.ssidBytes}.
   * @param key At most 64 bytes, as text or bytes. None, or `null`, for an open network.
   */
  connect(ssid: Name, key: Name | null | undefined, options?: Abortable): Promise<void>;
  connect(ssid: Name, options?: Abortable): Promise<void>;
  connect(ssid: Name, first?: Name | null | Abortable, second?: Abortable): Promise<void> {
    const [[key], options] = partOptions<Name | null, Abortable>([first, second]);
    return promiseOf(this.connect$(ssid, key), options);
  }

  /**
   * Leaves the network, and does not join it again. It also resolves when the modem was on none.
   *
   * Rejects with `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
   */
  disconnect(options?: Abortable): Promise<void> {
    return promiseOf(this.disconnect$(), options);
  }

  /**
   * Opens the modem's own network, beside the one that it may have joined. The modem's address there is 192.168.4.1,
   * and `stations$` lists the stations on it. If the modem refuses, it has no network of its own, not even the one
   * before.
   *
   *     await nic.enable_ap('my-board', 'a-good-key', 6, nic.WPA2_PSK);
   *
   * Rejects with `EINVAL` before anything is sent, `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
   *
   * @param ssid 1 to 32 bytes, as text or bytes.
   * @param key 8 to 64 bytes; an open network ignores it.
   * @param channel 1 to 14. While the modem is on a network, the firmware uses the channel of that network. Default: 5.
   * @param encryption `OPEN`, `WPA_PSK`, `WPA2_PSK` or `WPA_WPA2_PSK` of this interface. Default: `WPA2_PSK`.
   */
  enable_ap(
    ssid: Name,
    key: Name,
    channel: number | undefined,
    encryption: Encryption | undefined,
    options?: Abortable,
  ): Promise<void>;
  enable_ap(ssid: Name, key: Name, channel: number | undefined, options?: Abortable): Promise<void>;
  enable_ap(ssid: Name, key: Name, options?: Abortable): Promise<void>;
  enable_ap(ssid: Name, key: Name, ...given: (number | undefined | Abortable)[]): Promise<void> {
    const [[channel, encryption], options] = partOptions<number, Abortable>(given);
    return promiseOf(this.enable_ap$(ssid, key, channel, encryption as Encryption | undefined), options);
  }

  /**
   * Switches the modem's own network off.
   *
   * Rejects with `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
   */
  disable_ap(options?: Abortable): Promise<void> {
    return promiseOf(this.disable_ap$(), options);
  }

  /**
   * Resolves to the modem's addresses and its access point: `[ip, netmask, gateway, dns, dns2, bssid, ssid]`, see
   * {@link InterfaceConfig}. What old firmware does not show is an empty string.
   *
   *     const [ip, netmask, gateway] = await nic.ifconfig();
   *
   * Rejects with `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses or its answer cannot be understood.
   */
  ifconfig(options?: Abortable): Promise<InterfaceConfig>;
  /**
   * Sets the address by hand, in MicroPython's order, `[ip, netmask, gateway, dns]`, or gets it from the network again,
   * with `'dhcp'`. Without `dns` the name servers stay. The driver restores the setting after a restart of the modem.
   *
   * Rejects with `EINVAL` for an invalid address, `EOPNOTSUPP` for a name server with firmware before AT 1.4,
   * `ETIMEDOUT`, `EIO`.
   */
  ifconfig(config: StaticConfig | 'dhcp', options?: Abortable): Promise<void>;
  ifconfig(first?: StaticConfig | 'dhcp' | Abortable, second?: Abortable): Promise<InterfaceConfig | void> {
    const [[config], options] = partOptions<StaticConfig | 'dhcp', Abortable>([first, second]);
    return promiseOf<InterfaceConfig | void>(config === undefined ? this.ifconfig$() : this.ifconfig$(config), options);
  }

  /**
   * Resolves to the host name that the modem gives with its DHCP requests.
   *
   * Rejects with `EOPNOTSUPP` with firmware before AT 1.4, `ETIMEDOUT`, `EIO`.
   */
  hostname(options?: Abortable): Promise<string>;
  /**
   * Sets the host name, 1 to 32 bytes. The network learns it with the next join. The driver restores it after a restart
   * of the modem.
   *
   * Rejects with `EINVAL`, `EOPNOTSUPP` with firmware before AT 1.4, `ETIMEDOUT`, `EIO`.
   */
  hostname(name: string, options?: Abortable): Promise<void>;
  hostname(first?: string | Abortable, second?: Abortable): Promise<string | void> {
    const [[name], options] = partOptions<string, Abortable>([first, second]);
    return promiseOf<string | void>(name === undefined ? this.hostname$() : this.hostname$(name), options);
  }

  /** Resolves to the modem's hardware address, `'aa:bb:cc:dd:ee:ff'`. Rejects with `ETIMEDOUT` or `EIO`. */
  mac(options?: Abortable): Promise<string> {
    return promiseOf(this.mac$(), options);
  }

  /**
   * Asks time servers (SNTP) through the modem, and resolves to the time, exact to the second.
   *
   *     const now = await nic.time({ servers: ['pool.ntp.org'], timeout: 5 });
   *
   * Rejects with `ENETUNREACH` without an address, `ETIMEDOUT` without an answer, `EOPNOTSUPP` with firmware before AT
   * 1.4, `EINVAL`, `EIO`.
   */
  time(options?: TimeOptions & Abortable): Promise<Date> {
    return promiseOf(this.time$(options).pipe(map((epoch) => new Date(epoch))), options);
  }

  /**
   * Restarts the modem, and resolves when it is set up. Its network is joined again, and its listening port is opened
   * again. Open connections are lost (`ECONNRESET`). A modem that refuses, or does not say that it has started, is set
   * up after 6 s. When aborted, a restart that has begun goes on.
   *
   * Rejects with `EIO` when it does not come back.
   */
  reset(options?: Abortable): Promise<void> {
    return promiseOf(this.reset$(), options);
  }

  /**
   * Changes the speed of the line and of the modem, in bits per second, as the option `baud` does, and resolves to the
   * one that both have afterwards: a slower one if the modem refuses, or the line damages what is said at that speed;
   * `trace$` says why. It is set again after each restart. Data that come during the change would be lost, so there must
   * be no open connection.
   *
   *     const speed = await nic.set_baud(921_600);
   *
   * Rejects with `EBUSY` with open connections, `EOPNOTSUPP` for a line whose speed cannot be changed from here, such as
   * `tcp:`, `EINVAL`; `EIO` when the modem stops answering. When aborted, a change that has begun goes on.
   */
  set_baud(baud: number, options?: Abortable): Promise<number> {
    return promiseOf(this.set_baud$(baud), options);
  }

  /**
   * Looks for networks, which takes a few seconds, and resolves to those in range, in the modem's order; see
   * {@link FoundNetwork}.
   *
   *     for (const { ssid, rssi } of await nic.scan()) console.log(ssid, rssi);
   *
   * Rejects with `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses or its answer cannot be understood.
   */
  scan(options?: Abortable): Promise<readonly FoundNetwork[]> {
    return promiseOf(this.scan$(), options);
  }

  /**
   * Resolves to the signal strength of the access point, in dBm.
   *
   * Rejects with `ENOTCONN` when the modem has joined none, `EOPNOTSUPP` when the firmware does not show it,
   * `ETIMEDOUT`, `EIO`.
   */
  rssi(options?: Abortable): Promise<number> {
    return promiseOf(this.rssi$(), options);
  }

  /**
   * Sends an echo request to a host, by name or address, and resolves to how long the answer took, in milliseconds.
   *
   * Rejects with `ETIMEDOUT` when the host does not answer, `ENETUNREACH` without a network, `EIO` when its name is not found
   * or the modem refuses, `EINVAL`.
   */
  ping(host: string, options?: Abortable): Promise<number> {
    return promiseOf(this.ping$(host), options);
  }

  /** Resolves to the firmware's version, `'1.7.4.0'`, or to `'unknown'` if the modem does not say it. */
  version(options?: Abortable): Promise<string> {
    return promiseOf(this.version$(), options);
  }

  /**
   * Closes all connections and the serial line. Calls under way reject with `EBADF`, and so does every later call.
   * Closing twice is not an error. Aborting does not stop the closing.
   */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.close$(), options);
  }

  /** Emits once the modem is set up. If that fails, the line is free again. */
  private startOrLetGo(): Observable<void> {
    return defer(() => {
      let isUp = false;
      return this.start$().pipe(
        tap(() => (isUp = true)),
        finalize(() => {
          if (!isUp) this.letGo();
        }),
      );
    });
  }

  /** Closes the interface at the end of the block in `await using nic = await ESP8285.start(uart)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
