import { type Observable, Subscription } from 'rxjs';

import { CommandTable } from '../commands/commandTable';
import { type EmulatorChanges, type EmulatorOptions, resolveOptions } from '../firmware/options';
import { factoryFlash } from '../firmware/settings';
import { type EmulatorUart, HostPort, LineError } from '../line/hostPort';
import { LineDamage } from '../line/lineDamage';
import { isSameSpeed, LineSpeeds } from '../line/lineSpeeds';
import { PacedLine } from '../line/pacedLine';
import { Modem } from '../modem/modem';
import type { HostTable } from '../network/internet';
import type { Fault } from '../simulation/fault';
import { Random } from '../simulation/random';
import type { EmulatorEvent, HeardLine } from '../simulation/report';
import { applyFault } from './applyFault';
import { type EmulatorState, stateOf } from './emulatorState';

/** What keeps the program running only as long as it is wanted to. */
interface Referable {
  ref?(): void;
  unref?(): void;
}

/**
 * A virtual ESP8285: AT firmware on a serial line, with the sockets of this machine as its internet.
 *
 * It starts as a modem that has been running for a long time, or with `powerOn` with a power-on reset. It connects to
 * loopback addresses only, and listens on nothing else.
 *
 *     const emulator = createEmulator({ firmware: '2.2.2', hosts: { 'host.example': '127.0.0.1:8080' } });
 *     const nic = await network.ESP8285(emulator.uart);
 *     emulator.fault({ kind: 'wifi-lost', for: 5000 });
 */
export class Emulator {
  /** The host's end of the serial line. Closing it switches the modem off. */
  readonly uart: EmulatorUart;
  /** Hot: what happens in the modem, for people to read. Completes when the modem is switched off. */
  readonly events$: Observable<EmulatorEvent>;
  /** Hot: each line that the host sends, before it is carried out. Completes when the modem is switched off. */
  readonly heard$: Observable<HeardLine>;

  private readonly random: Random;
  private readonly port: HostPort;
  private readonly toHost: PacedLine;
  private readonly toModem: PacedLine;
  private readonly modem: Modem;
  private readonly damage = { modem: new LineDamage(), host: new LineDamage() };
  private readonly life = new Subscription();
  private readonly speeds: LineSpeeds;
  /** Whether bytes take time on the line. */
  private readonly isPaced: boolean;
  private hostIsReady = true;
  private isClearToSend = true;

  /** @throws RangeError for options out of range. */
  constructor(options: EmulatorOptions = {}) {
    const resolved = resolveOptions(options);
    const { scheduler, seed, chunking, chunkInterval: interval, faults, baud: initialBaud } = resolved;
    const random = (this.random = new Random(seed));
    // A line without a speed stays without one, even if the host sets a speed.
    this.isPaced = initialBaud !== 0;
    const speeds = (this.speeds = new LineSpeeds(random));
    this.toHost = new PacedLine({
      scheduler,
      deliver: (chunk) => this.port.receive(this.damage.modem.apply(speeds.carry(chunk, 'modem'))),
      drained: () => this.modem.links.delivery.pump(),
      interval,
      cut: chunking === 'whole' ? undefined : (available) => Math.min(available, random.integer(1, chunking)),
    });
    this.toModem = new PacedLine({
      scheduler,
      interval,
      deliver: (chunk) => this.modem.receive(this.damage.host.apply(speeds.carry(chunk, 'host'))),
      drained: () => this.port.drained(),
    });
    this.uart = this.port = new HostPort({
      toModem: this.toModem,
      collectsFor: this.isPaced ? interval : 0,
      readyToReceive: (ready) => {
        this.hostIsReady = ready;
        this.steer();
      },
      baud: () => speeds.host ?? speeds.modem,
      setBaud: (baud) => this.setHostBaud(baud),
      switchOff: () => this.close(),
      reference: (isReferenced) => {
        for (const part of [scheduler as Referable, resolved.network]) {
          if (isReferenced) part.ref?.();
          else part.unref?.();
        }
      },
    });
    const wiring = {
      options: resolved,
      random,
      toHost: this.toHost,
      setBaud: (baud: number) => this.setBaud(baud),
      isHostAt: (baud: number) => speeds.host !== undefined && isSameSpeed(speeds.host, baud),
      holdInput: (hold: boolean) => (hold ? this.toModem.hold() : this.toModem.release()),
    };
    this.modem = new Modem(wiring, (modem) => new CommandTable(modem));
    const { report } = this.modem;
    this.events$ = report.events$;
    this.heard$ = report.heard$;
    this.life.add(report.hints$.subscribe({ next: (hint) => this.port.tell(hint), error: () => undefined }));
    this.life.add(() => report.end());
    this.modem.start();
    for (const { at, ...fault } of faults) this.life.add(scheduler.schedule(() => this.fault(fault), at));
  }

  /** What the modem has set, joined and opened at this moment, for tests. */
  get state(): EmulatorState {
    return stateOf(this.modem);
  }

  /** The hosts that it can reach. */
  get hosts(): HostTable {
    return this.modem.internet.hosts;
  }

  /**
   * Changes the world around the modem: its networks, its hosts, its times. What is left out stays as it is. Open links stay
   * open, and a name keeps its address.
   *
   *     emulator.change({ hosts: { ...emulator.hosts, 'late.example': '127.0.0.1:8080' }, latency: 0 });
   *
   * @throws RangeError for values out of range. Then nothing has changed.
   */
  change({ latencies, ...changes }: EmulatorChanges): void {
    const { options } = this.modem;
    this.modem.change(resolveOptions({ ...options, ...changes, latencies: { ...options.latencies, ...latencies } }));
  }

  /**
   * Makes the modem as it was at the beginning, for the next test: its flash is as the options say, no fault is in force,
   * and it restarts. What {@link change} has changed stays.
   */
  restore(): void {
    const { modem, damage, speeds } = this;
    damage.modem.repair();
    damage.host.repair();
    speeds.repair();
    Object.assign(modem.memory.flash, factoryFlash(modem.personality, modem.options));
    modem.reset(true);
  }

  /** Makes something go wrong, now. */
  fault(fault: Fault): void {
    const { modem, damage, speeds, random } = this;
    modem.report.fault(fault);
    applyFault(fault, { modem, damage, speeds, random, unplug: () => this.unplug() });
  }

  /**
   * A station joins the modem's own network and gets an address, or leaves it. Without such a network nothing happens.
   *
   * @param mac The station's MAC address, as `'02:00:00:00:00:07'`.
   * @param address Its IPv4 address; left out, the station leaves.
   * @param times How often the modem reports the address. AT 1.7.4 is known to do so twice.
   */
  softApClient(mac: string, address?: string, times = 1): void {
    const { output, personality, memory, softApClients } = this.modem;
    if ((memory.settings.mode & 2) === 0) return;
    if (address === undefined) softApClients.delete(mac);
    else softApClients.set(mac, address);
    // Since AT 1.6.
    if (personality.level < 1.6) return;
    if (address === undefined) {
      output.unsolicited(`+STA_DISCONNECTED:"${mac}"\r\n`);
      return;
    }
    output.unsolicited(`+STA_CONNECTED:"${mac}"\r\n`);
    for (let time = 0; time < times; time++) output.unsolicited(`+DIST_STA_IP:"${mac}","${address}"\r\n`);
  }

  /** Clear to send (CTS): while it is `false`, the modem keeps its bytes. For a program that passes the bytes on. */
  setClearToSend(clear: boolean): void {
    this.isClearToSend = clear;
    this.steer();
  }

  /**
   * The speed that the host's end of the line is set to, in bits per second. If the modem has another one, each side reads
   * noise, as after `AT+UART_CUR` until the host changes its speed too. With `undefined`, the default, the host follows
   * at once.
   */
  setHostBaud(baud: number | undefined): void {
    this.speeds.host = baud;
    this.pace();
  }

  /** Switches the modem off. Its sockets, timers and servers are gone when this returns. Closing twice is not an error. */
  close(): void {
    if (this.life.closed) return;
    const { modem } = this;
    modem.halt();
    this.life.unsubscribe();
    modem.output.muted = true;
    modem.input.deaf = true;
    this.toHost.clear();
    this.toModem.clear();
    this.port.finish(new LineError('EBADF', 'the line to the virtual modem is closed'));
  }

  private unplug(): void {
    this.port.finish(new LineError('ENODEV', 'the virtual modem was unplugged'));
    this.close();
  }

  /** With flow control 2 and 3 of `AT+UART_CUR`, the modem waits while its CTS, which is the host's RTS, is low. */
  private steer(): void {
    const isWatching = (Number(this.modem.memory.settings.frame.split(',')[3]) & 2) !== 0;
    if (this.isClearToSend && (this.hostIsReady || !isWatching)) this.toHost.release();
    else this.toHost.hold();
  }

  private setBaud(baud: number): void {
    this.speeds.modem = baud;
    this.pace();
    // The flow control is set together with the speed.
    if (!this.hostIsReady) this.steer();
  }

  /** Each direction has the speed of its sender. */
  private pace(): void {
    const { modem, host = modem } = this.speeds;
    this.toHost.setBaud(this.isPaced ? modem : 0);
    this.toModem.setBaud(this.isPaced ? host : 0);
  }
}

/**
 * Makes a virtual ESP8285; the same as `new Emulator(options)`.
 *
 * @throws RangeError for options out of range.
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  return new Emulator(options);
}
