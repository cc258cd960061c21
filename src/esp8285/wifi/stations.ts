import { BehaviorSubject, type Observable } from 'rxjs';

import type { Frame } from '../grammar/frame';

/** A station on the modem's own network. */
export interface Station {
  /** Its hardware address, `'a4:5e:60:00:00:01'`. */
  readonly mac: string;
  /** The address that the modem has given it; left out until then. */
  readonly address?: string;
}

/** Who is on the modem's own network, as far as the modem tells: AT 1.6 and later do. */
export class Stations {
  /** Replays the current list, in the order in which they came. */
  readonly stations$: Observable<readonly Station[]>;

  private readonly stations = new BehaviorSubject<readonly Station[]>([]);

  constructor() {
    this.stations$ = this.stations.asObservable();
  }

  /** Takes notice of a frame. The modem may say the same thing twice (seen on AT 1.7.4). */
  route(frame: Frame): void {
    if (frame.kind !== 'station') return;
    const { mac } = frame;
    const known = this.stations.value.find((station) => station.mac === mac);
    if (frame.event === 'left') {
      if (known) this.stations.next(this.stations.value.filter((station) => station !== known));
      return;
    }
    const address = frame.event === 'gotAddress' ? frame.address : undefined;
    if (known && known.address === address) return;
    const station = { mac, ...(address !== undefined && { address }) };
    this.stations.next(
      known
        ? this.stations.value.map((other) => (other === known ? station : other))
        : [...this.stations.value, station],
    );
  }

  /** The network is gone. */
  clear(): void {
    if (this.stations.value.length > 0) this.stations.next([]);
  }
}
