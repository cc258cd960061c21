import { type Observable, Subject, Subscription } from 'rxjs';
import type { Uart } from 'rx-usocket';
import { createEmulator, type Emulator, type Fault, type HostTable } from 'rx-usocket/emulator';
import type { VirtualEvent } from 'rx-usocket/watch';

// The index of `testing` would bring the driver with it, which only programs need.
import { MemoryNetwork } from '../../../../src/testing/memoryNetwork';
import { drawSunset } from '../../../../samples/demo/sunset';
import type { AdjustableTime } from '../time/adjustableTime';
import { talkingClient } from './clients';
import { routesOf } from './hosts';
import { accessPoint, type WorldSettings } from './settings';

/** Milliseconds between a server that listens, and each client. */
const clientPause = 400;

/**
 * A virtual modem and the network around it. A modem that was switched off, because its line was closed or unplugged, is
 * replaced by a new one.
 */
export class VirtualWorld {
  /** Hot: what the modem and its network report. */
  readonly events$: Observable<VirtualEvent>;
  /** Hot: all that a connection to the host that takes everything has brought so far, with each piece. */
  readonly taken$: Observable<Uint8Array>;

  private readonly events = new Subject<VirtualEvent>();
  private readonly taken = new Subject<Uint8Array>();
  private readonly life = new Subscription();
  private internet: { readonly network: MemoryNetwork; readonly hosts: HostTable } | undefined;
  private modem: Emulator | undefined;
  private seed = 1;

  constructor(
    private readonly time: AdjustableTime,
    private readonly settings: () => WorldSettings,
  ) {
    this.events$ = this.events.asObservable();
    this.taken$ = this.taken.asObservable();
  }

  /** Opens the line of the modem. */
  openLine(): Uart {
    return this.on().uart;
  }

  /** Gives the modem a fault now. */
  fault(fault: Fault): void {
    this.on().fault(fault);
  }

  /** Applies settings that can change while the modem runs. */
  change(): void {
    this.modem?.change({ latency: this.settings().latency });
  }

  /** Switches the modem off. The next one has the present settings. */
  switchOff(): void {
    this.modem?.close();
  }

  close(): void {
    this.life.unsubscribe();
    this.switchOff();
  }

  /** The modem that is on. */
  private on(): Emulator {
    if (this.modem) return this.modem;
    const { firmware, baud, latency } = this.settings();
    const { network, hosts } = (this.internet ??= this.made());
    const { time: scheduler } = this;
    const accessPoints = [accessPoint, { ssid: 'Neighbours', key: 'not-your-key', rssi: -78, channel: 11 }];
    const options = { firmware, baud, latency, hosts, network, scheduler, accessPoints, seed: this.seed++ };
    const modem = (this.modem = createEmulator(options));
    this.life.add(
      modem.events$.subscribe({
        next: ({ at: time, kind, text }) => {
          this.events.next({ type: 'virtual', time, kind, text });
          if (kind === 'server') this.sendClients(modem);
        },
        complete: () => {
          if (this.modem === modem) this.modem = undefined;
        },
      }),
    );
    return modem;
  }

  private made(): { readonly network: MemoryNetwork; readonly hosts: HostTable } {
    const { servers, datagrams, hosts } = routesOf(this.time, drawSunset(), (bytes) => this.taken.next(bytes));
    return { network: new MemoryNetwork(servers, datagrams), hosts };
  }

  /** Clients connect to a port that the modem has begun to listen on. */
  private sendClients(modem: Emulator): void {
    for (let number = 1; number <= this.settings().clients; number++) {
      this.life.add(this.time.schedule(() => this.sendClient(modem, number), number * clientPause));
    }
  }

  private sendClient(modem: Emulator, number: number): void {
    const { server } = modem.state;
    if (!server || modem !== this.modem) return;
    this.internet?.network.connectClient(server.localPort, talkingClient(number, this.time));
  }
}
