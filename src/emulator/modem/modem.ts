import { concat, defer, EMPTY, type SchedulerLike, Subscription } from 'rxjs';

import type { ResolvedOptions } from '../firmware/options';
import { personalityOf } from '../firmware/personalities';
import type { Personality } from '../firmware/personality';
import type { Platform } from '../firmware/platform';
import { factoryFlash, Memory } from '../firmware/settings';
import { Input } from '../line/input';
import { Output } from '../line/output';
import type { PacedLine } from '../line/pacedLine';
import { ListeningServer } from '../links/listeningServer';
import { VirtualLinks } from '../links/virtualLinks';
import { Internet } from '../network/internet';
import { FaultState } from '../simulation/faultState';
import { Delays } from '../simulation/latencies';
import type { Random } from '../simulation/random';
import { Report } from '../simulation/report';
import { boot, bootLoaderSpeed } from './boot';
import { CommandRunner, type CommandSet } from './commandRunner';
import { VirtualStation } from './virtualStation';

/** The line that a modem is connected to. */
export interface Wiring {
  readonly options: ResolvedOptions;
  readonly random: Random;
  /** The line to the host. */
  readonly toHost: PacedLine;
  /** Sets the speed of the modem's end of the line. */
  readonly setBaud: (baud: number) => void;
  /** Whether the host's end of the line is set to this speed. */
  readonly isHostAt: (baud: number) => boolean;
  /** Stops the bytes from the host, or lets them come again. */
  readonly holdInput: (hold: boolean) => void;
}

/** The modem: the parts on which the commands act, and the effects of a reset, a sleep or the loss of Wi-Fi on them. */
export class Modem implements Platform {
  readonly options: ResolvedOptions;
  readonly personality: Personality;
  readonly scheduler: SchedulerLike;
  readonly random: Random;
  readonly delays: Delays;
  readonly internet: Internet;
  readonly output: Output;
  readonly faults = new FaultState();
  readonly report: Report;
  readonly memory: Memory;
  readonly input: Input;
  readonly links: VirtualLinks;
  readonly server: ListeningServer;
  readonly station: VirtualStation;
  readonly runner: CommandRunner;
  /** The addresses of the stations that have joined the modem's own network, by MAC address. */
  readonly softApClients = new Map<string, string>();

  /** Boot, joining, and timers. A reset ends them. */
  private untilReset = new Subscription();
  private starting = false;
  private restarting = false;

  /** @param commandsOf Makes the commands of the modem's firmware. */
  constructor(
    private readonly wiring: Wiring,
    commandsOf: (modem: Modem) => CommandSet,
  ) {
    const { options, random, toHost } = wiring;
    const { scheduler } = options;
    this.options = options;
    this.scheduler = scheduler;
    this.random = random;
    this.personality = personalityOf(options.firmware);
    this.report = new Report(scheduler);
    this.delays = new Delays(options, random, scheduler);
    this.internet = new Internet(options.hosts);
    this.output = new Output(toHost, random, options, scheduler, this.faults, () =>
      this.later(0, () => this.reset(true)),
    );
    this.memory = new Memory(factoryFlash(this.personality, options));
    this.links = new VirtualLinks(this);
    this.server = new ListeningServer(this, this.links);
    this.station = new VirtualStation(this);
    this.input = new Input({
      scheduler,
      typed: (bytes) => this.echo(bytes),
      line: (line, overlong) => this.onLine(line, overlong),
      drops: (bytes, place) => this.runner.drops(bytes, place),
      chunkPause: () => this.chunkPause(),
    });
    const commands = commandsOf(this);
    this.runner = new CommandRunner({ platform: this, commands, restart: () => this.restart() });
  }

  get booting(): boolean {
    return this.starting;
  }

  /** Starts as a modem that has been running for a long time, or with a power-on reset. */
  start(): void {
    const { memory, station, input } = this;
    const { stored, powerOn, scheduler } = this.options;
    this.wiring.setBaud(memory.settings.baud);
    if (powerOn) {
      // Not synchronously, so that the owner of the modem can subscribe first.
      this.starting = input.deaf = true;
      this.untilReset.add(scheduler.schedule(() => this.reset(true)));
    } else if (stored !== undefined) {
      const { ssid, key } = memory.flash.accessPoint ?? { ssid: '', key: '' };
      station.joinAtOnce(ssid, key);
    }
  }

  /** Takes bytes from the host. */
  receive(chunk: Buffer): void {
    if (!this.faults.silent) this.input.feed(chunk);
  }

  /** Resets the modem, whether a command or a fault caused it. Without `ready`, that line is lost in the noise. */
  reset(ready: boolean): void {
    const { memory, output, input, station, report } = this;
    report.tell('modem', 'restarts');
    this.restarting = false;
    this.halt();
    station.inRange = station.givesAddresses = true;
    memory.reset();
    const isReadable = this.wiring.isHostAt(bootLoaderSpeed);
    this.wiring.setBaud(isReadable ? bootLoaderSpeed : memory.settings.baud);
    output.muted = false;
    input.deaf = true;
    this.starting = true;
    const woken$ = defer(() => {
      input.deaf = false;
      this.starting = false;
      return EMPTY;
    });
    this.untilReset.add(
      concat(boot(this, { ready, isReadable }), woken$).subscribe({
        next: (print) => {
          // A modem that prints `ready` takes bytes.
          if (typeof print === 'string') {
            input.deaf = false;
            this.starting = false;
          }
          output.print(print);
          // The boot loader is done.
          if (isReadable && typeof print !== 'string') this.changeBaud(memory.settings.baud);
        },
        complete: () => this.autoJoin(),
        error: () => undefined,
      }),
    );
  }

  /** Changes the world around the modem. The parts of the modem read the options each time that they need them. */
  change(options: ResolvedOptions): void {
    this.internet.change(options.hosts);
    Object.assign(this.options, options);
  }

  /** Stops all tasks, and closes the sockets. */
  halt(): void {
    this.untilReset.unsubscribe();
    this.untilReset = new Subscription();
    this.runner.abort();
    this.output.clear();
    this.server.stop();
    this.links.drop();
    this.station.leave('idle');
    this.softApClients.clear();
    this.input.clear();
    this.faults.clear();
  }

  /** Restarts for a command, once everything printed has gone out. Some builds print a message before. */
  restart(): void {
    const { station, random, output, input } = this;
    input.deaf = true;
    this.restarting = true;
    if (station.joined && random.chance(0.5)) output.print('WIFI DISCONNECT\r\n');
    this.wiring.toHost.pushAction(() => {
      if (this.restarting) this.reset(true);
    });
  }

  /** Sleeps for this many milliseconds without taking bytes, and wakes by a reset; with 0, until another reset. */
  sleep(duration: number): void {
    this.input.deaf = true;
    this.wiring.toHost.pushAction(() => {
      this.halt();
      if (duration > 0) this.later(duration, () => this.reset(true));
    });
  }

  /** Changes the speed of the line once everything printed has gone out. */
  changeBaud(baud: number): void {
    this.wiring.toHost.pushAction(() => this.wiring.setBaud(baud));
  }

  /** Takes no bytes from the line, or takes them again. */
  holdInput(hold: boolean): void {
    this.wiring.holdInput(hold);
  }

  /** Leaves the access point and closes the links. */
  leave(): void {
    const { links, station, output } = this;
    const { joined } = station;
    station.leave('left');
    links.closeAll();
    links.freeze(false);
    if (joined) output.unsolicited('WIFI DISCONNECT\r\n');
  }

  /** The access point goes away, and comes back after `duration` milliseconds. */
  loseWifi(linksToo: 'close' | 'late' | 'keep', duration?: number): void {
    const { links, station, output, report } = this;
    station.inRange = false;
    this.later(duration, () => this.rejoin());
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

  /** The network stops giving addresses, and gives them again after `duration` milliseconds. */
  loseDhcp(duration?: number): void {
    const { links, station, output, personality } = this;
    station.givesAddresses = false;
    this.later(duration, () => this.rejoin());
    if (!station.joined) return;
    station.leave('lost');
    output.unsolicited('WIFI DISCONNECT\r\n');
    links.closeAll();
    output.unsolicited('WIFI CONNECTED\r\n');
    if (personality.dhcpTimeout === '') return;
    this.later(this.options.joinTimeout, () => {
      if (station.state === 'lost') output.unsolicited(personality.dhcpTimeout);
    });
  }

  /** Runs an action after this many milliseconds, unless a reset comes first; never without a time. */
  later(ms: number | undefined, action: () => void): void {
    if (ms === undefined) return;
    this.untilReset.add(this.scheduler.schedule(action, ms));
  }

  /** The network works again after a fault, and the modem joins it again if it had lost it. */
  private rejoin(): void {
    const { links, station, output } = this;
    station.inRange = station.givesAddresses = true;
    this.untilReset.add(
      station.rejoin().subscribe({
        next: (print) => output.unsolicited(print),
        error: () => undefined,
        complete: () => links.freeze(false),
      }),
    );
  }

  private autoJoin(): void {
    const { memory, station, output } = this;
    const saved = memory.flash.accessPoint;
    if (saved === undefined || !memory.flash.autoJoin || (memory.settings.mode & 1) === 0) return;
    this.untilReset.add(
      station
        .join(saved.ssid, saved.key)
        .subscribe({ next: (print) => output.unsolicited(print), error: () => undefined }),
    );
  }

  /** Ten byte times, or what the line of this modem collects. Without a speed, each write is a chunk. */
  private chunkPause(): number {
    const { baud, chunkInterval } = this.options;
    return baud === 0 ? -1 : Math.max(chunkInterval, 100_000 / this.memory.settings.baud) + 1;
  }

  private echo(bytes: Buffer): void {
    const { memory, output, personality, random } = this;
    if (!memory.settings.echo || personality.echo !== 'bytes') return;
    // An unsolicited message may come between any two bytes of the echo.
    const cut = random.integer(0, bytes.length);
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      output.print(part.toString('latin1').replace('\n', '\r\n'));
      if (part.length > 0) output.interleave();
    }
  }

  private onLine(line: string, overlong: boolean): void {
    const { memory, output, personality, runner } = this;
    if (memory.settings.echo && personality.echo === 'line' && !runner.busy) output.print(`${line}\r\n`);
    runner.execute(line, overlong);
  }
}
