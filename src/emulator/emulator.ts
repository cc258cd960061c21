import type { Observable } from 'rxjs';
import { EMPTY, Subscription, concat, defer } from 'rxjs';

import { boot, noise } from './boot';
import type { Context, Control } from './command';
import { commandsOf } from './commands';
import { Executor } from './executor';
import { Damage, FaultState } from './faults';
import type { Fault } from './faults';
import { HostPort, LineError } from './hostPort';
import { Internet } from './hostTable';
import { Input } from './input';
import { Lane } from './lane';
import { Delays } from './latency';
import type { LinkKind } from './link';
import { Links } from './links';
import type { Endpoint } from './network';
import { resolveOptions } from './options';
import type { EmulatorOptions, ResolvedOptions } from './options';
import { Output } from './output';
import type { Print } from './output';
import { personalityOf } from './personalities';
import type { FirmwareVersion } from './personality';
import { Random } from './random';
import { ListeningServer } from './server';
import { bootSettings, factoryFlash } from './settings';
import { Station } from './station';
import type { StationState } from './station';

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

  private readonly options: ResolvedOptions;
  private readonly port: HostPort;
  private readonly toHost: Lane;
  private readonly toModem: Lane;
  private readonly context: Context;
  private readonly executor: Executor;
  private readonly damage = { modem: new Damage(), host: new Damage() };
  private readonly life = new Subscription();
  /** Boot, auto-join, Wi-Fi on its way back: what a reset ends. */
  private affairs = new Subscription();
  private booting = false;
  private restarting = false;

  constructor(options: EmulatorOptions = {}) {
    this.options = resolveOptions(options);
    const { scheduler, seed, chunking, firmware, latencies, latency, interleave } = this.options;
    const random = new Random(seed);
    const personality = personalityOf(firmware);
    const flash = factoryFlash(personality, this.options);
    this.toHost = new Lane({
      scheduler,
      deliver: (chunk) => this.port.receive(this.damage.modem.apply(chunk)),
      drained: () => this.context.links.pump(),
      cut: chunking === 'whole' ? undefined : (available) => Math.min(available, random.integer(1, chunking)),
    });
    this.toModem = new Lane({
      scheduler,
      deliver: (chunk) => this.hear(this.damage.host.apply(chunk)),
      drained: () => this.port.drained(),
    });
    this.port = new HostPort(this.toModem, () => this.close());
    this.uart = this.port;
    const core = {
      options: this.options,
      personality,
      scheduler,
      random,
      delays: new Delays(latencies, latency, random, scheduler),
      internet: new Internet(this.options.hosts),
      output: new Output(this.toHost, random, interleave, scheduler),
      memory: { flash, settings: bootSettings(flash) },
    };
    const links = new Links(core);
    const input = new Input({
      scheduler,
      typed: (bytes) => this.echo(bytes),
      line: (line, overlong) => this.onLine(line, overlong),
    });
    const control: Control = {
      result: (print: Print): Observable<Print> => this.executor.result(print),
      background: (task$) => this.executor.background(task$),
      sending: () => this.executor.markSending(),
      restart: () => this.restart(),
      changeBaud: (baud: number) => this.toHost.push(() => this.setBaud(baud)),
      leave: () => this.leave(),
    };
    this.context = {
      ...core,
      links,
      input,
      control,
      server: new ListeningServer(core, links),
      station: new Station(core),
      faults: new FaultState(),
    };
    this.executor = new Executor(this.context, commandsOf(personality));
    this.setBaud(flash.baud);
    this.begin();
  }

  get state(): EmulatorState {
    const { memory, links, server, station } = this.context;
    const { echo, mux, passive, baud, mode } = memory.settings;
    return {
      firmware: this.options.firmware,
      booting: this.booting,
      busy: this.executor.busy,
      echo,
      mux,
      passive,
      baud,
      mode,
      wifi: station.state,
      address: station.address[0],
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
    const { faults, output, random } = this.context;
    switch (fault.kind) {
      case 'reset':
        this.reset(fault.loseReady !== true);
        break;
      case 'brown-out':
        output.print(noise(random).subarray(0, fault.bytes ?? 64));
        this.reset(true);
        break;
      case 'lose':
      case 'flip':
        this.damage[fault.from ?? 'modem'].order(fault.kind, fault.bytes, fault.after);
        break;
      case 'busy':
        faults.busy = true;
        this.later(fault.for, () => (faults.busy = false));
        break;
      case 'silence':
        output.muted = faults.silent = true;
        this.later(fault.for, () => (output.muted = faults.silent = false));
        break;
      case 'log-leak':
        faults.logLeak = true;
        this.later(fault.for, () => (faults.logLeak = false));
        break;
      case 'lose-prompt':
        faults.losePrompt = true;
        break;
      case 'send-fail':
        faults.sendFail = { thenOk: fault.thenOk === true };
        break;
      case 'wifi-lost':
        this.loseWifi(fault.links ?? 'close', fault.for);
        break;
      case 'unplug':
        this.port.finish(new LineError('ENODEV', 'the virtual modem was unplugged'));
        this.close();
        break;
    }
  }

  /** A station joins the modem's own network, and gets an address; or leaves it, without one. */
  softApClient(mac: string, address?: string): void {
    const { output, personality } = this.context;
    // Since AT 1.6.
    if (personality.level < 1.6) return;
    if (address === undefined) {
      output.unsolicited(`+STA_DISCONNECTED:"${mac}"\r\n`);
      return;
    }
    output.unsolicited(`+STA_CONNECTED:"${mac}"\r\n`);
    output.unsolicited(`+DIST_STA_IP:"${mac}","${address}"\r\n`);
  }

  /** Clear to send: while it is not, the modem keeps its bytes. For whoever carries them on and cannot take more. */
  setClearToSend(clear: boolean): void {
    if (clear) this.toHost.release();
    else this.toHost.hold();
  }

  /** Switches the modem off: its sockets, timers and servers are gone when this returns. Twice is no error. */
  close(): void {
    if (this.life.closed) return;
    this.life.unsubscribe();
    this.halt();
    this.context.output.muted = true;
    this.context.input.deaf = true;
    this.toHost.clear();
    this.toModem.clear();
    this.port.finish(new LineError('EBADF', 'the line to the virtual modem is closed'));
  }

  private begin(): void {
    const { memory, station } = this.context;
    const { stored, powerOn, faults, scheduler } = this.options;
    if (powerOn) this.reset(true);
    else if (stored !== undefined) {
      const { ssid, key } = memory.flash.accessPoint ?? { ssid: '', key: '' };
      station.joinAtOnce(ssid, key);
    }
    for (const fault of faults) this.life.add(scheduler.schedule(() => this.fault(fault), fault.at));
  }

  private hear(chunk: Buffer): void {
    if (!this.context.faults.silent) this.context.input.feed(chunk);
  }

  private echo(bytes: Buffer): void {
    const { memory, output, personality, random } = this.context;
    if (!memory.settings.echo || personality.echo !== 'bytes') return;
    // Something unsolicited may stand between any two bytes of the echo.
    const cut = random.integer(0, bytes.length);
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      output.print(part.toString('latin1').replace('\n', '\r\n'));
      if (part.length > 0) output.spot();
    }
  }

  private onLine(line: string, overlong: boolean): void {
    const { memory, output, personality } = this.context;
    if (memory.settings.echo && personality.echo === 'line' && !this.executor.busy) output.print(`${line}\r\n`);
    this.executor.execute(line, overlong);
  }

  private setBaud(baud: number): void {
    // An emulator without a speed stays without one, whatever the modem is told.
    const rate = this.options.baud === 0 ? 0 : baud;
    this.toHost.setBaud(rate);
    this.toModem.setBaud(rate);
  }

  private leave(): void {
    const { links, station, output } = this.context;
    const joined = station.joined;
    station.leave('left');
    links.closeAll();
    if (joined) output.unsolicited('WIFI DISCONNECT\r\n');
  }

  private loseWifi(linksToo: 'close' | 'late' | 'keep', duration?: number): void {
    const { links, station, output } = this.context;
    if (!station.joined) return;
    station.leave('lost');
    output.unsolicited('WIFI DISCONNECT\r\n');
    if (linksToo === 'close') links.closeAll();
    else links.freeze(true);
    if (linksToo === 'late') this.later(1000, () => links.closeAll());
    if (duration === undefined) return;
    this.later(duration, () => {
      this.affairs.add(
        station.rejoin().subscribe({
          next: (print) => output.unsolicited(print),
          error: () => undefined,
          complete: () => links.freeze(false),
        }),
      );
    });
  }

  /** The restart that a command asks for: what has been printed goes out first, and some builds say good-bye. */
  private restart(): void {
    const { station, random, output } = this.context;
    this.context.input.deaf = true;
    this.restarting = true;
    if (station.joined && random.chance(0.5)) output.print('WIFI DISCONNECT\r\n');
    this.toHost.push(() => {
      if (this.restarting) this.reset(true);
    });
  }

  /** What a reset, asked for or not, does to the chip; `ready` may be lost in the noise. */
  private reset(ready: boolean): void {
    const { memory, output, input } = this.context;
    this.restarting = false;
    this.halt();
    memory.settings = bootSettings(memory.flash);
    this.setBaud(memory.settings.baud);
    output.muted = false;
    input.deaf = true;
    this.booting = true;
    const woken$ = defer(() => {
      input.deaf = false;
      this.booting = false;
      return EMPTY;
    });
    this.affairs.add(
      concat(boot(this.context, { ready }), woken$).subscribe({
        next: (print) => {
          // `ready` is only said by a modem that can hear.
          if (typeof print === 'string') {
            input.deaf = false;
            this.booting = false;
          }
          output.print(print);
        },
        complete: () => this.autoJoin(),
        error: () => undefined,
      }),
    );
  }

  /** Everything that goes on stops, and the sockets close. */
  private halt(): void {
    const { links, server, station, input, output, faults } = this.context;
    this.affairs.unsubscribe();
    this.affairs = new Subscription();
    this.executor.abort();
    output.clear();
    server.stop();
    links.drop();
    station.leave('idle');
    input.clear();
    faults.clear();
  }

  private autoJoin(): void {
    const { memory, station, output } = this.context;
    const saved = memory.flash.accessPoint;
    if (saved === undefined || !memory.flash.autoJoin || (memory.settings.mode & 1) === 0) return;
    const joining$: Observable<string | Buffer> = station.join(saved.ssid, saved.key);
    this.affairs.add(joining$.subscribe({ next: (print) => output.unsolicited(print), error: () => undefined }));
  }

  private later(ms: number | undefined, action: () => void): void {
    if (ms === undefined) return;
    this.affairs.add(this.options.scheduler.schedule(action, ms));
  }
}

/** Makes a virtual ESP8285. */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  return new Emulator(options);
}
