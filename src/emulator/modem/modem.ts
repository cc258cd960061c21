import { concat, defer, EMPTY, type Observable, Subscription } from 'rxjs';

import { boot } from './boot';
import type { Context, Control } from '../commands/command';
import { commandsOf } from '../commands/commandsOf';
import { Executor } from './commandRunner';
import { FaultState } from '../simulation/faults';
import { Internet } from '../network/internet';
import { Input } from '../line/input';
import type { Lane } from '../line/pacedLine';
import { Delays } from '../simulation/latencies';
import { Links } from '../links/virtualLinks';
import type { ResolvedOptions } from '../firmware/options';
import { Output, type Print } from '../line/output';
import { personalityOf } from '../firmware/personalities';
import type { Random } from '../simulation/random';
import { Report } from '../simulation/report';
import { ListeningServer } from '../links/listeningServer';
import { bootSettings, factoryFlash } from '../firmware/settings';
import { Station } from './virtualStation';

/** What the modem is soldered to. */
export interface Wiring {
  readonly options: ResolvedOptions;
  readonly random: Random;
  /** The line to the host. */
  readonly toHost: Lane;
  /** The line's speed is another. */
  readonly setBaud: (baud: number) => void;
  /** No more bytes from the host for now, or again. */
  readonly holdInput: (hold: boolean) => void;
}

/** The chip: its memory, its Wi-Fi, its firmware, and what a reset does to them. */
export class Modem {
  readonly context: Context;
  private readonly executor: Executor;
  /** Boot, auto-join, Wi-Fi on its way back: what a reset ends. */
  private affairs = new Subscription();
  private starting = false;
  private restarting = false;

  constructor(private readonly wiring: Wiring) {
    const { options, random, toHost, setBaud } = wiring;
    const { scheduler, firmware, latencies, latency, interleave, hosts } = options;
    const personality = personalityOf(firmware);
    const flash = factoryFlash(personality, options);
    const faults = new FaultState();
    const report = new Report(scheduler);
    const core = {
      options,
      report,
      personality,
      scheduler,
      random,
      delays: new Delays(latencies, latency, random, scheduler),
      internet: new Internet(hosts),
      output: new Output(toHost, random, interleave, scheduler, faults, () => this.later(0, () => this.reset(true))),
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
      holdInput: wiring.holdInput,
      changeBaud: (baud) => toHost.push(() => setBaud(baud)),
      leave: () => this.leave(),
      sleep: (duration) => this.sleep(duration),
    };
    this.context = {
      ...core,
      links,
      input,
      control,
      server: new ListeningServer(core, links),
      station: new Station(core),
      faults,
      stations: new Map(),
    };
    this.executor = new Executor(this.context, commandsOf(personality));
  }

  get booting(): boolean {
    return this.starting;
  }

  /** A command is running. */
  get busy(): boolean {
    return this.executor.busy;
  }

  /** Starts as a modem that has long been running, or at a power-on reset. */
  begin(): void {
    const { memory, station, input } = this.context;
    const { stored, powerOn, scheduler } = this.wiring.options;
    this.wiring.setBaud(memory.settings.baud);
    if (powerOn) {
      // In a moment, so that whoever has just made the modem hears it.
      this.starting = input.deaf = true;
      this.affairs.add(scheduler.schedule(() => this.reset(true)));
    } else if (stored !== undefined) {
      const { ssid, key } = memory.flash.accessPoint ?? { ssid: '', key: '' };
      station.joinAtOnce(ssid, key);
    }
  }

  /** Bytes from the host. */
  hear(chunk: Buffer): void {
    if (!this.context.faults.silent) this.context.input.feed(chunk);
  }

  /** What a reset, asked for or not, does to the chip; `ready` may be lost in the noise. */
  reset(ready: boolean): void {
    const { memory, output, input, station, report } = this.context;
    report.tell('modem', 'restarts');
    this.restarting = false;
    this.halt();
    station.inReach = station.givesAddresses = true;
    memory.settings = bootSettings(memory.flash);
    this.wiring.setBaud(memory.settings.baud);
    output.muted = false;
    input.deaf = true;
    this.starting = true;
    const woken$ = defer(() => {
      input.deaf = false;
      this.starting = false;
      return EMPTY;
    });
    this.affairs.add(
      concat(boot(this.context, { ready }), woken$).subscribe({
        next: (print) => {
          // `ready` is only said by a modem that can hear.
          if (typeof print === 'string') {
            input.deaf = false;
            this.starting = false;
          }
          output.print(print);
        },
        complete: () => this.autoJoin(),
        error: () => undefined,
      }),
    );
  }

  /** Everything that goes on stops, and the sockets close. */
  halt(): void {
    const { links, server, station, stations, input, output, faults } = this.context;
    this.affairs.unsubscribe();
    this.affairs = new Subscription();
    this.executor.abort();
    output.clear();
    server.stop();
    links.drop();
    station.leave('idle');
    stations.clear();
    input.clear();
    faults.clear();
  }

  /** The access point goes away, and comes back after `duration` ms. */
  loseWifi(linksToo: 'close' | 'late' | 'keep', duration?: number): void {
    const { links, station, output, report } = this.context;
    station.inReach = false;
    this.later(duration, () => this.findBack());
    if (!station.joined) return;
    station.leave('lost');
    report.tell('wifi', 'lost');
    output.unsolicited('WIFI DISCONNECT\r\n');
    if (linksToo === 'close') links.closeAll();
    else links.freeze(true);
    if (linksToo === 'late') {
      this.later(1000, () => {
        links.closeAll();
        links.freeze(false);
      });
    }
  }

  /** The network goes on without addresses, and gives them again after `duration` ms. */
  loseDhcp(duration?: number): void {
    const { links, station, output, personality } = this.context;
    station.givesAddresses = false;
    this.later(duration, () => this.findBack());
    if (!station.joined) return;
    station.leave('lost');
    output.unsolicited('WIFI DISCONNECT\r\n');
    links.closeAll();
    output.unsolicited('WIFI CONNECTED\r\n');
    if (personality.dhcpTimeout === '') return;
    this.later(this.wiring.options.joinTimeout, () => {
      if (station.state === 'lost') output.unsolicited(personality.dhcpTimeout);
    });
  }

  /** The network is as it was, and the modem joins it if it has lost it. */
  private findBack(): void {
    const { links, station, output } = this.context;
    station.inReach = station.givesAddresses = true;
    this.affairs.add(
      station.rejoin().subscribe({
        next: (print) => output.unsolicited(print),
        error: () => undefined,
        complete: () => links.freeze(false),
      }),
    );
  }

  /** Does something so many ms from now, unless a reset comes first. */
  later(ms: number | undefined, action: () => void): void {
    if (ms === undefined) return;
    this.affairs.add(this.wiring.options.scheduler.schedule(action, ms));
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

  private leave(): void {
    const { links, station, output } = this.context;
    const joined = station.joined;
    station.leave('left');
    links.closeAll();
    links.freeze(false);
    if (joined) output.unsolicited('WIFI DISCONNECT\r\n');
  }

  /** The restart that a command asks for: what has been printed goes out first, and some builds say good-bye. */
  private restart(): void {
    const { station, random, output } = this.context;
    this.context.input.deaf = true;
    this.restarting = true;
    if (station.joined && random.chance(0.5)) output.print('WIFI DISCONNECT\r\n');
    this.wiring.toHost.push(() => {
      if (this.restarting) this.reset(true);
    });
  }

  private sleep(duration: number): void {
    this.context.input.deaf = true;
    this.wiring.toHost.push(() => {
      this.halt();
      if (duration > 0) this.later(duration, () => this.reset(true));
    });
  }

  private autoJoin(): void {
    const { memory, station, output } = this.context;
    const saved = memory.flash.accessPoint;
    if (saved === undefined || !memory.flash.autoJoin || (memory.settings.mode & 1) === 0) return;
    const joining$: Observable<string | Buffer> = station.join(saved.ssid, saved.key);
    this.affairs.add(joining$.subscribe({ next: (print) => output.unsolicited(print), error: () => undefined }));
  }
}
