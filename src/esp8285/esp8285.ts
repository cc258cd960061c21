import { defer, finalize, map, type Observable, tap } from 'rxjs';

import type { Uart } from '../streams';
import { type Abortable, partOptions, promiseOf } from '../usocket/contract/promiseOf';
import type { Encryption } from './commands/softAp';
import { ESP8285Streams } from './esp8285Streams';
import type { ModemOptions } from './modemOptions';
import type { StaticConfig } from './wifi/address';
import type { FoundNetwork } from './wifi/foundNetwork';
import type { InterfaceConfig } from './wifi/ifconfig';
import type { TimeOptions } from './wifi/time';

/** The name of a network, or its key, as text or as the bytes that it is. */
type Name = string | Uint8Array;

/**
 * The ESP8285 (or ESP8266) as a network interface, with promises: each is the first value of the observable of the same
 * name with a `$`, and what it does and how it fails is told there. Each takes `{ signal }` last, behind whatever is given
 * before: the promise is given up then, and what the modem does already comes to its end.
 *
 *     const nic = await ESP8285.start(uart);
 *     await nic.connect('my-ssid', 'my-password', { signal: AbortSignal.timeout(10_000) });
 */
export class ESP8285 extends ESP8285Streams implements AsyncDisposable {
  /**
   * Resolves to the interface once the modem is set up. See {@link ESP8285Streams.start$}. When it fails, or is given up,
   * the line is left open, and free for another attempt.
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

  /** Resolves once the modem is set up: for who wants to look first, `new ESP8285(uart)` and its `trace$`, and then this. */
  start(options?: Abortable): Promise<void> {
    return promiseOf(this.startOrLetGo(), options);
  }

  /** Joins a network. Given up, the modem may join it all the same: {@link disconnect} leaves it, `status$` tells. */
  connect(ssid: Name, options?: Abortable): Promise<void>;
  connect(ssid: Name, key: Name | null | undefined, options?: Abortable): Promise<void>;
  connect(ssid: Name, first?: Name | null | Abortable, second?: Abortable): Promise<void> {
    const [[key], options] = partOptions<Name | null, Abortable>([first, second]);
    return promiseOf(this.connect$(ssid, key), options);
  }

  /** Leaves the network. */
  disconnect(options?: Abortable): Promise<void> {
    return promiseOf(this.disconnect$(), options);
  }

  /** Makes a network of the modem's own: `channel` 1 to 14, `encryption` one of this interface's constants. */
  enable_ap(ssid: Name, key: Name, options?: Abortable): Promise<void>;
  enable_ap(ssid: Name, key: Name, channel: number | undefined, options?: Abortable): Promise<void>;
  enable_ap(
    ssid: Name,
    key: Name,
    channel: number | undefined,
    encryption: Encryption | undefined,
    options?: Abortable,
  ): Promise<void>;
  enable_ap(ssid: Name, key: Name, ...given: (number | undefined | Abortable)[]): Promise<void> {
    const [[channel, encryption], options] = partOptions<number, Abortable>(given);
    return promiseOf(this.enable_ap$(ssid, key, channel, encryption as Encryption | undefined), options);
  }

  /** Switches the modem's own network off. */
  disable_ap(options?: Abortable): Promise<void> {
    return promiseOf(this.disable_ap$(), options);
  }

  /** Resolves to the modem's addresses and its access point, or sets the address: by hand, or `'dhcp'`. */
  ifconfig(options?: Abortable): Promise<InterfaceConfig>;
  ifconfig(config: StaticConfig | 'dhcp', options?: Abortable): Promise<void>;
  ifconfig(first?: StaticConfig | 'dhcp' | Abortable, second?: Abortable): Promise<InterfaceConfig | void> {
    const [[config], options] = partOptions<StaticConfig | 'dhcp', Abortable>([first, second]);
    return promiseOf<InterfaceConfig | void>(config === undefined ? this.ifconfig$() : this.ifconfig$(config), options);
  }

  /** Resolves to the name under which the modem asks for an address, or sets it for the next join. */
  hostname(options?: Abortable): Promise<string>;
  hostname(name: string, options?: Abortable): Promise<void>;
  hostname(first?: string | Abortable, second?: Abortable): Promise<string | void> {
    const [[name], options] = partOptions<string, Abortable>([first, second]);
    return promiseOf<string | void>(name === undefined ? this.hostname$() : this.hostname$(name), options);
  }

  /** Resolves to the hardware address of the modem, `'aa:bb:cc:dd:ee:ff'`. */
  mac(options?: Abortable): Promise<string> {
    return promiseOf(this.mac$(), options);
  }

  /** Resolves to the time by the network, as a `Date` of what {@link ESP8285Streams.time$} gives. */
  time(options?: TimeOptions & Abortable): Promise<Date> {
    return promiseOf(this.time$(options).pipe(map((epoch) => new Date(epoch))), options);
  }

  /** Has the modem start again, and resolves when it is set up. Given up, it starts all the same once it has begun. */
  reset(options?: Abortable): Promise<void> {
    return promiseOf(this.reset$(), options);
  }

  /** Resolves to the networks in reach: see {@link FoundNetwork}. */
  scan(options?: Abortable): Promise<readonly FoundNetwork[]> {
    return promiseOf(this.scan$(), options);
  }

  /** Resolves to the signal strength of the access point, in dBm. Rejects with `ENOTCONN` when none is joined. */
  rssi(options?: Abortable): Promise<number> {
    return promiseOf(this.rssi$(), options);
  }

  /** Resolves to how long a host's answer took, in milliseconds. */
  ping(host: string, options?: Abortable): Promise<number> {
    return promiseOf(this.ping$(host), options);
  }

  /** Resolves to the firmware's version, `'1.7.4.0'`; to `'unknown'` when it does not say. */
  version(options?: Abortable): Promise<string> {
    return promiseOf(this.version$(), options);
  }

  /** Ends all connections, and closes the serial line. Closing goes on when it is given up; closing twice is no error. */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.close$(), options);
  }

  /** Emits once the modem is set up; the line is free when it is not. */
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

  /** `await using nic = await ESP8285.start(uart)` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
