import { concat, defer, finalize, map, noop, takeWhile } from 'rxjs';

import { encryptions, ESP8285, type ModemOptions } from './esp8285';
import { HostNic, type HostNicOptions } from './host';
import { printTrace } from './printTrace';
import type { Uart } from './streams';
import { inspectableModule } from './streams/internal';
import { ProgramTime } from './system/programTime';
import type { Interfaces } from './usocket';
import { atCaller } from './usocket/contract/callerStack';
import { callError } from './usocket/contract/osError';
import { type Abortable, ifPromise, promiseOf } from './usocket/contract/promiseOf';
import { watchByEnvironment } from './watchByEnvironment';

/** The `network` module: makes network interfaces, and registers each one for `usocket` when it is up. */
export interface NetworkModule {
  /**
   * Sets up the modem on a serial line, in whatever state it is, and resolves to its interface. As in MaixPy,
   * `network.ESP8285.WPA2_PSK` and the like name the encryptions of an access point that the modem opens itself.
   *
   *     const nic = await network.ESP8285(new machine.UART('/dev/ttyUSB0', 115200));
   *     await nic.connect('my-ssid', 'my-password');
   *
   * Rejects with `ENODEV`, `EACCES` or `EBUSY` for the port, `EBUSY` when the line already has an interface, `EIO` when
   * the modem is silent, and `EPROTO` when the baud rate is wrong. After a failure or an abort, the line stays open for
   * another attempt. A program that goes on without the modem has to call `uart.close()`, because an open line keeps
   * the process running.
   */
  readonly ESP8285: ((uart: Uart, options?: ModemOptions & Abortable) => Promise<ESP8285>) & typeof encryptions;

  /**
   * Gives the operating system's own sockets as an interface, which is up at once. It is for programs that run with and
   * without a modem.
   *
   *     if (path) await network.ESP8285(new machine.UART(path));
   *     else network.Host();
   *     const socket = usocket.socket();
   *
   * Throws `EINVAL` when `ca`, the authorities that TLS trusts, are not certificates.
   */
  Host(this: void, options?: HostNicOptions): HostNic;
}

/** What `createModules` is told about the interfaces of its `network`. */
export interface NetworkOptions {
  /**
   * Is called with each interface that `network.ESP8285` makes, before that sets the modem up, so that a subscriber of
   * `trace$` sees the set-up, too.
   */
  readonly interfaceMade?: (nic: ESP8285) => void;
}

/**
 * Makes the `network` module. It registers each interface when it is up. The first one is the default until it is
 * closed, or until its line is lost while there is another one.
 */
export function createNetworkModule(interfaces: Interfaces, { interfaceMade }: NetworkOptions = {}): NetworkModule {
  /** Lines that have an interface, because two interfaces on one line would take each other's answers. */
  const taken = new Set<Uart>();

  function startESP8285(uart: Uart, options: ModemOptions & Abortable = {}): Promise<ESP8285> {
    return promiseOf(
      defer(() => {
        checkLine(uart, taken);
        const nic = new ESP8285(uart, { scheduler: new ProgramTime(), ...options });
        printTrace(nic);
        interfaceMade?.(nic);
        taken.add(uart);
        let isUp = false;
        const started$ = defer(() => nic.start(options));
        return concat(watchByEnvironment(nic, uart), started$).pipe(
          map(() => {
            isUp = true;
            register(nic, uart);
            return nic;
          }),
          finalize(() => {
            if (!isUp) taken.delete(uart);
          }),
        );
      }),
      options,
    );
  }

  /** Registers an interface until it is closed. While its line is lost, another one is the default. */
  function register(nic: ESP8285, uart: Uart): void {
    nic.status$.pipe(takeWhile(({ modem }) => modem !== 'closed')).subscribe({
      next: ({ modem }) => {
        if (modem === 'down') interfaces.lose(nic);
        else interfaces.add(nic);
      },
      // `status$` never errors.
      error: noop,
      complete: () => {
        taken.delete(uart);
        interfaces.remove(nic);
      },
    });
  }

  const members = {
    ESP8285: Object.assign(startESP8285, encryptions),
    Host(options?: HostNicOptions): HostNic {
      const nic = atCaller(() => new HostNic(options));
      interfaces.add(nic);
      nic.ended$.subscribe({ next: () => interfaces.remove(nic), error: noop });
      return nic;
    },
  };
  return inspectableModule('network', members, () => ({ interfaces }));
}

function checkLine(uart: Uart, taken: ReadonlySet<Uart>): void {
  if (typeof uart !== 'object' || (uart as unknown) === null || !('rx$' in uart)) {
    throw callError(
      'ESP8285',
      'EINVAL',
      `the line is new machine.UART('/dev/ttyUSB0'), or another Uart${ifPromise(uart)}`,
    );
  }
  if (!taken.has(uart)) return;
  throw callError('ESP8285', 'EBUSY', 'the line has an interface already; close that one first');
}
