import { BehaviorSubject, catchError, concat, EMPTY, ignoreElements, type Observable, throwError } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import type { Catalogue } from '../commands/catalogue';
import { encryptions, type SoftApSettings } from '../commands/softApSettings';
import { Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { ask, type Exchange, sequence } from '../executor/exchange';
import type { Session } from '../executor/session';
import type { Frame } from '../grammar/frame';

/** A station on the modem's own network: a device that has joined it. */
export interface Station {
  /** Its hardware address, `'a4:5e:60:00:00:01'`. */
  readonly mac: string;
  /** The IPv4 address that the modem has given it; left out until then. */
  readonly address?: string;
}

/** Milliseconds. */
const softApDeadline = 10_000;
const channels = { first: 1, last: 14 };

/**
 * Opens the modem's own network, beside the one that it may have joined. If the modem refuses, it has no network of its
 * own, not even the one before.
 *
 * Throws `EINVAL` for an invalid name, key, channel or encryption. Errors: `ETIMEDOUT` when the modem does not answer,
 * `EIO` when it refuses. No message contains the key.
 */
export function enableSoftAp(up: Session, softAp: SoftApSettings): Observable<void> {
  checkNumbers(softAp);
  return up.run(softApExchange(up.commands, softAp)).pipe(withCommandError('enable_ap'));
}

/** Switches the modem's own network off. Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses. */
export function disableSoftAp(up: Session): Observable<void> {
  return up.sequence([up.commands.stationMode], softApDeadline).pipe(withCommandError('disable_ap'));
}

/** The stations on the modem's own network. AT 1.6 and later report them. */
export class StationList {
  /** Replays the current list, in the order in which the stations came. */
  readonly stations$: Observable<readonly Station[]>;

  private readonly stations = new BehaviorSubject<readonly Station[]>([]);

  constructor() {
    this.stations$ = this.stations.asObservable();
  }

  /** Follows the messages about stations. The modem may say the same thing twice (seen on AT 1.7.4). */
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

  /** The network is switched off. */
  clear(): void {
    if (this.stations.value.length > 0) this.stations.next([]);
  }
}

function softApExchange(catalogue: Catalogue, softAp: SoftApSettings): Exchange<void> {
  // `AT+CWSAP` is refused as long as there is no such network.
  const exchange = sequence([catalogue.stationAndSoftApMode, catalogue.softAp(softAp)], softApDeadline);
  return {
    ...exchange,
    converse: (wire) => {
      // The network that the modem makes by default is open to all.
      const off$ = ask(wire, catalogue.stationMode).pipe(
        ignoreElements(),
        catchError(() => EMPTY),
      );
      return exchange.converse(wire).pipe(
        catchError((error: unknown) => {
          const fail$ = throwError(() => error);
          return error instanceof Refusal ? concat(off$, fail$) : fail$;
        }),
      );
    },
  };
}

function checkNumbers({ channel, encryption }: SoftApSettings): void {
  const refuse = (why: string) => new OSError('EINVAL', 'enable_ap', `enable_ap: ${why}; nothing was sent`);
  if (!Number.isInteger(channel) || channel < channels.first || channel > channels.last) {
    throw refuse(`a channel is a whole number from 1 to 14, not ${channel}`);
  }
  if (!Object.values(encryptions).includes(encryption)) {
    throw refuse(`the encryption is OPEN, WPA_PSK, WPA2_PSK or WPA_WPA2_PSK, not ${encryption}`);
  }
}
