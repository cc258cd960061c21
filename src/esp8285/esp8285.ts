import { firstValueFrom, map, type Observable, tap } from 'rxjs';

import type { Uart } from '../streams';
import type { Encryption } from './commands/softAp';
import { ESP8285Streams } from './esp8285Streams';
import type { ModemOptions } from './modemOptions';
import type { StaticConfig } from './wifi/address';
import type { FoundNetwork } from './wifi/foundNetwork';
import type { InterfaceConfig } from './wifi/ifconfig';
import type { TimeOptions } from './wifi/time';

/**
 * The ESP8285 (or ESP8266) as a network interface, with promises: each is the first value of the observable of the same
 * name with a `$`, and what it does and how it fails is told there.
 *
 *     const nic = await ESP8285.start(uart);
 *     await nic.connect('my-ssid', 'my-password');
 */
export class ESP8285 extends ESP8285Streams implements AsyncDisposable {
  /**
   * Resolves to the interface once the modem is set up. See {@link ESP8285Streams.start$}. When it fails, the line is left
   * open, and free for another attempt.
   */
  static start(uart: Uart, options?: ModemOptions): Promise<ESP8285> {
    const nic = new ESP8285(uart, options);
    return firstValueFrom(nic.startOrLetGo().pipe(map(() => nic)));
  }

  /** Resolves once the modem is set up: for who wants to look first, `new ESP8285(uart)` and its `trace$`, and then this. */
  start(): Promise<void> {
    return firstValueFrom(this.startOrLetGo());
  }

  connect(ssid: string | Uint8Array, key?: string | Uint8Array | null): Promise<void> {
    return firstValueFrom(this.connect$(ssid, key));
  }

  disconnect(): Promise<void> {
    return firstValueFrom(this.disconnect$());
  }

  enable_ap(
    ssid: string | Uint8Array,
    key: string | Uint8Array,
    channel?: number,
    encryption?: Encryption,
  ): Promise<void> {
    return firstValueFrom(this.enable_ap$(ssid, key, channel, encryption));
  }

  disable_ap(): Promise<void> {
    return firstValueFrom(this.disable_ap$());
  }

  ifconfig(): Promise<InterfaceConfig>;
  ifconfig(config: StaticConfig | 'dhcp'): Promise<void>;
  ifconfig(config?: StaticConfig | 'dhcp'): Promise<InterfaceConfig | void> {
    return firstValueFrom<InterfaceConfig | void>(config === undefined ? this.ifconfig$() : this.ifconfig$(config));
  }

  hostname(): Promise<string>;
  hostname(name: string): Promise<void>;
  hostname(name?: string): Promise<string | void> {
    return firstValueFrom<string | void>(name === undefined ? this.hostname$() : this.hostname$(name));
  }

  mac(): Promise<string> {
    return firstValueFrom(this.mac$());
  }

  /** A `Date` of what {@link ESP8285Streams.time$} gives. */
  time(options?: TimeOptions): Promise<Date> {
    return firstValueFrom(this.time$(options).pipe(map((epoch) => new Date(epoch))));
  }

  reset(): Promise<void> {
    return firstValueFrom(this.reset$());
  }

  scan(): Promise<readonly FoundNetwork[]> {
    return firstValueFrom(this.scan$());
  }

  rssi(): Promise<number> {
    return firstValueFrom(this.rssi$());
  }

  ping(host: string): Promise<number> {
    return firstValueFrom(this.ping$(host));
  }

  version(): Promise<string> {
    return firstValueFrom(this.version$());
  }

  close(): Promise<void> {
    return firstValueFrom(this.close$());
  }

  private startOrLetGo(): Observable<void> {
    return this.start$().pipe(
      tap({
        error: () => {
          this.letGo();
        },
      }),
    );
  }

  /** `await using nic = await ESP8285.start(uart)` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
