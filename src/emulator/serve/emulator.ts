import { type Observable, Subscription } from 'rxjs';

import { noise } from '../modem/boot';
import { Damage, type Fault } from '../simulation/faults';
import { HostPort, LineError } from '../line/hostPort';
import { Lane } from '../line/pacedLine';
import type { LinkKind } from '../links/virtualLink';
import { Modem } from '../modem/modem';
import type { Endpoint } from '../network/network';
import { type EmulatorOptions, type ResolvedOptions, resolveOptions } from '../firmware/options';
import type { FirmwareVersion } from '../firmware/personality';
import { Random } from '../simulation/random';
import type { EmulatorEvent } from '../simulation/report';
import type { SoftAp } from '../firmware/settings';
import type { StationState } from '../modem/virtualStation';

/** What goes on inside the virtual modem, for tests. */
export interface EmulatorState {
  readonly firmware: FirmwareVersion;
  readonly booting: boolean;
  /** A command is running. */
  readonly busy: boolean;
  readonly echo: boolean;
  readonly mux: boolean;
  readonly passive: boolean;
  /** The modem's idea of the line's speed, in bits per second. */
  readonly baud: number;
  readonly mode: number;
  readonly wifi: StationState;
  readonly address: string;
  /** The name that the modem gave when it asked for its address. */
  readonly hostName: string | undefined;
  /** The network of the modem's own, where it has one. */
  readonly softAp: SoftAp | undefined;
  readonly links: readonly {
    readonly id: number;
    readonly kind: LinkKind;
    readonly server: boolean;
    readonly remote: Endpoint;
    readonly localPort: number;
    /** Bytes that the host has not had. */
    readonly unread: number;
  }[];
  /** The listening port, and the port of this machine that stands in for it. */
  readonly server: { readonly port: number; readonly localPort: number } | undefined;
}

/**
 * An ESP8285 in software: AT firmware on a serial line, with the sockets of this machine as its internet.
 *
 * It starts as a modem that has long been running, or with `powerOn` at a power-on reset. It never connects to anything
 * but loopback addresses, and listens on nothing else.
 */
export class Emulator {
  /** The host's end of the serial line. Closing it switches the modem off. */
  readonly uart: HostPort;
  /** Hot: what goes on in the modem, for people to read; completes when it is switched off. */
  readonly events$: Observable<EmulatorEvent>;

  private readonly options: ResolvedOptions;
  private readonly random: Random;
  private readonly port: HostPort;
  private readonly toHost: Lane;
  private readonly toModem: Lane;
  private readonly modem: Modem;
  private readonly damage = { modem: new Damage(), host: new Damage() };
  private readonly life = new Subscription();
  private hostBaud: number | undefined;
  private hostIsReady = true;
  private carrierIsReady = true;

  constructor(options: EmulatorOptions = {}) {
    this.options = resolveOptions(options);
    const { scheduler, seed, chunking, faults } = this.options;
    const random = (this.random = new Random(seed));
    this.toHost = new Lane({
      scheduler,
      deliver: (chunk) => this.port.receive(this.damage.modem.apply(this.asSampled(chunk))),
      drained: () => this.modem.context.links.pump(),
      cut: chunking === 'whole' ? undefined : (available) => Math.min(available, random.integer(1, chunking)),
    });
    this.toModem = new Lane({
      scheduler,
      deliver: (chunk) => this.modem.hear(this.damage.host.apply(this.asSampled(chunk))),
      drained: () => this.port.drained(),
    });
    this.port = new HostPort({
      toModem: this.toModem,
      readyToReceive: (ready) => {
        this.hostIsReady = ready;
        this.steer();
      },
      switchOff: () => this.close(),
    });
    this.uart = this.port;
    this.modem = new Modem({
      options: this.options,
      random,
      toHost: this.toHost,
      setBaud: (baud) => this.setBaud(baud),
      holdInput: (hold) => (hold ? this.toModem.hold() : this.toModem.release()),
    });
    const { report } = this.modem.context;
    this.events$ = report.events$;
    this.life.add(report.hints$.subscribe({ next: (hint) => this.port.tell(hint), error: () => undefined }));
    this.life.add(() => report.end());
    this.modem.begin();
    for (const fault of faults) this.life.add(scheduler.schedule(() => this.fault(fault), fault.at));
  }

  get state(): EmulatorState {
    const { memory, links, server, station } = this.modem.context;
    const { echo, mux, passive, baud, mode, softAp } = memory.settings;
    return {
      firmware: this.options.firmware,
      booting: this.modem.booting,
      busy: this.modem.busy,
      echo,
      mux,
      passive,
      baud,
      mode,
      wifi: station.state,
      address: station.address[0],
      hostName: station.hostName,
      softAp: (mode & 2) === 0 ? undefined : softAp,
      links: links.open.map(({ id, kind, server: ofServer, remote, localPort, inbox }) => ({
        id,
        kind,
        server: ofServer,
        remote,
        localPort,
        unread: inbox.length,
      })),
      server: server.state,
    };
  }

  /** Makes something go wrong, now. */
  fault(fault: Fault): void {
    const { faults, output } = this.modem.context;
    switch (fault.kind) {
      case 'reset':
        this.modem.reset(fault.loseReady !== true);
        break;
      case 'brown-out':
        output.print(noise(this.random).subarray(0, fault.bytes ?? 64));
        this.modem.reset(true);
        break;
      case 'watchdog':
        output.print('\r\n Soft WDT reset\r\n');
        this.modem.reset(true);
        break;
      case 'lose':
      case 'flip':
        this.damage[fault.from ?? 'modem'].order(fault.kind, fault.bytes, fault.after);
        break;
      case 'busy':
        faults.busy = true;
        this.modem.later(fault.for, () => (faults.busy = false));
        break;
      case 'silence':
        output.muted = faults.silent = true;
        this.modem.later(fault.for, () => (output.muted = faults.silent = false));
        break;
      case 'log-leak':
        faults.logLeak = true;
        this.modem.later(fault.for, () => (faults.logLeak = false));
        break;
      case 'lose-prompt':
        faults.losePrompt = true;
        break;
      case 'lose-reply':
        faults.loseReply = true;
        break;
      case 'lose-result':
        faults.result = fault.as ?? '';
        break;
      case 'lose-notice':
        faults.loseNotice = true;
        break;
      case 'lose-closed':
        faults.loseClosed = true;
        break;
      case 'cut-block':
        faults.cutBlock = { after: fault.after };
        break;
      case 'send-fail':
        faults.sendFail = { thenOk: fault.thenOk === true };
        break;
      case 'wifi-lost':
        this.modem.loseWifi(fault.links ?? 'close', fault.for);
        break;
      case 'dhcp-lost':
        this.modem.loseDhcp(fault.for);
        break;
      case 'unplug':
        this.port.finish(new LineError('ENODEV', 'the virtual modem was unplugged'));
        this.close();
        break;
    }
  }

  /**
   * A station joins the modem's own network, where there is one, and gets an address; or leaves it, without one.
   *
   * @param times How often the modem tells of the address: AT 1.7.4 is known to do so twice.
   */
  softApClient(mac: string, address?: string, times = 1): void {
    const { output, personality, memory, stations } = this.modem.context;
    if ((memory.settings.mode & 2) === 0) return;
    if (address === undefined) stations.delete(mac);
    else stations.set(mac, address);
    // Since AT 1.6.
    if (personality.level < 1.6) return;
    if (address === undefined) {
      output.unsolicited(`+STA_DISCONNECTED:"${mac}"\r\n`);
      return;
    }
    output.unsolicited(`+STA_CONNECTED:"${mac}"\r\n`);
    for (let time = 0; time < times; time++) output.unsolicited(`+DIST_STA_IP:"${mac}","${address}"\r\n`);
  }

  /** Clear to send: while it is not, the modem keeps its bytes. For whoever carries them on and cannot take more. */
  setClearToSend(clear: boolean): void {
    this.carrierIsReady = clear;
    this.steer();
  }

  /**
   * The speed that the host's end is set to, in bits per second. Where it is not the modem's, each reads noise from the
   * other, as after `AT+UART_CUR` and before the host has followed. Without it the host is taken to follow at once.
   */
  setHostBaud(baud: number | undefined): void {
    this.hostBaud = baud;
  }

  /** Switches the modem off: its sockets, timers and servers are gone when this returns. Twice is no error. */
  close(): void {
    if (this.life.closed) return;
    this.modem.halt();
    this.life.unsubscribe();
    this.modem.context.output.muted = true;
    this.modem.context.input.deaf = true;
    this.toHost.clear();
    this.toModem.clear();
    this.port.finish(new LineError('EBADF', 'the line to the virtual modem is closed'));
  }

  /** Bytes as a receiver at the other end's speed sees them. */
  private asSampled(chunk: Buffer): Buffer {
    const { baud } = this.modem.context.memory.settings;
    // A UART forgives a few per cent.
    if (this.hostBaud === undefined || Math.abs(this.hostBaud / baud - 1) < 0.03) return chunk;
    return noise(this.random).subarray(0, Math.max(1, Math.round((chunk.length * this.hostBaud) / baud / 2)));
  }

  /** The modem looks at its CTS, which is the host's RTS, with flow control 2 and 3 of `AT+UART_CUR`. */
  private steer(): void {
    const isWatching = (Number(this.modem.context.memory.settings.frame.split(',')[3]) & 2) !== 0;
    if (this.carrierIsReady && (this.hostIsReady || !isWatching)) this.toHost.release();
    else this.toHost.hold();
  }

  private setBaud(baud: number): void {
    // An emulator without a speed stays without one, whatever the modem is told.
    const rate = this.options.baud === 0 ? 0 : baud;
    this.toHost.setBaud(rate);
    this.toModem.setBaud(rate);
    // The line's settings change together.
    if (!this.hostIsReady) this.steer();
  }
}

/** Makes a virtual ESP8285. */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  return new Emulator(options);
}
