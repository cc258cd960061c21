import { concat, defer, type Observable, of, throwError } from 'rxjs';

import type { Core } from '../firmware/platform';
import type { AccessPoint } from '../firmware/options';
import type { Print } from '../line/output';
import type { AccessPointReport } from '../firmware/personality';
import { Refusal, errorCode } from '../firmware/refusal';
import { latin1 } from '../firmware/settings';

/** `trying` until an address is there; `lost` when the access point went away by itself. */
export type StationState = 'idle' | 'trying' | 'joined' | 'lost' | 'left';

/** Address, gateway and mask. */
export type AddressPlan = readonly [address: string, gateway: string, mask: string];

const noAddress: AddressPlan = ['0.0.0.0', '0.0.0.0', '0.0.0.0'];

/** The Wi-Fi station: what is in the air, and whether we have joined it. */
export class Station {
  state: StationState = 'idle';
  /** The name that was given with the last join. */
  hostName: string | undefined;
  /** Networks are in reach, and give addresses. */
  inReach = true;
  givesAddresses = true;
  private current: AccessPoint | undefined;

  constructor(private readonly core: Core) {}

  /** The access point that has been joined. */
  get accessPoint(): AccessPointReport | undefined {
    return this.joined && this.current !== undefined ? reportOf(this.current) : undefined;
  }

  /** Has an address. */
  get joined(): boolean {
    return this.state === 'joined';
  }

  get address(): AddressPlan {
    const { fixedAddress, stationDhcp } = this.core.memory.settings;
    if (!stationDhcp && fixedAddress !== undefined) return fixedAddress;
    return this.joined ? this.plan() : noAddress;
  }

  /** What a scan sees, in the order of the options. */
  scan(): readonly AccessPointReport[] {
    return this.inAir.map(reportOf);
  }

  /**
   * Joins a network: what is printed on the way, then completion when there is an address. Errors with a Refusal, the
   * code having been printed.
   */
  join(ssid: string, key: string, bssid?: string): Observable<Print> {
    const { delays, options, personality } = this.core;
    return defer(() => {
      this.state = 'trying';
      const found = this.inAir.find(
        (ap) => latin1(ap.ssid) === ssid && (bssid === undefined || reportOf(ap).bssid === bssid.toLowerCase()),
      );
      if (found === undefined) {
        const seen = this.inAir.map(({ ssid: name }) => nameOf(name)).join(', ');
        const message = `there is no such network in the air of the virtual modem; there is ${seen === '' ? 'none' : seen}`;
        return concat(
          delays.after('scan'),
          defer(() => (this.core.report.hint({ message }), this.failed(3))),
        );
      }
      if (found.fails === 1) return concat(delays.wait(options.joinTimeout), this.failed(1));
      if (found.fails === 4) return concat(delays.after('join'), this.failed(4));
      if ((found.key?.length ?? 0) > 0 && latin1(found.key ?? '') !== key) {
        return concat(delays.after('join'), this.failed(found.wrongKeyCode ?? 2));
      }
      const { association, dhcp } = found;
      const associated$ = association === undefined ? delays.after('join') : delays.wait(association);
      const connected$ = concat(associated$, of('WIFI CONNECTED\r\n'));
      const addressless$ = concat(delays.wait(options.joinTimeout), of(personality.dhcpTimeout), this.thrownOut());
      return concat(
        connected$,
        defer(() => {
          const { stationDhcp } = this.core.memory.settings;
          const getsNone = (dhcp === false || !this.givesAddresses) && stationDhcp;
          if (getsNone) return addressless$;
          return typeof dhcp === 'number' && stationDhcp ? delays.wait(dhcp) : delays.after('address');
        }),
        defer(() => (this.inReach ? this.succeed(found) : this.thrownOut())),
      );
    });
  }

  /** Joins silently and at once: a modem that has long been running. */
  joinAtOnce(ssid: string, key: string): void {
    const found = this.core.options.accessPoints.find((ap) => latin1(ap.ssid) === ssid && latin1(ap.key ?? '') === key);
    if (found !== undefined) void this.succeed(found);
  }

  /** Away from the access point, by wish, by fault or by reset. */
  leave(state: 'left' | 'lost' | 'idle'): void {
    this.state = state;
    if (state !== 'lost') this.current = undefined;
    this.hostName = undefined;
  }

  /** Joins the access point that was lost again. */
  rejoin(): Observable<Print> {
    const lost = this.state === 'lost' ? this.current : undefined;
    return lost === undefined ? of() : this.join(latin1(lost.ssid), latin1(lost.key ?? ''));
  }

  private get inAir(): readonly AccessPoint[] {
    return this.inReach ? this.core.options.accessPoints : [];
  }

  private succeed(found: AccessPoint): Observable<Print> {
    this.state = 'joined';
    this.current = found;
    this.hostName = this.core.memory.settings.hostName;
    this.core.report.tell('wifi', `joined ${nameOf(found.ssid)}, address ${this.address[0]}`);
    return of('WIFI GOT IP\r\n');
  }

  private thrownOut(): Observable<Print> {
    return concat(of('WIFI DISCONNECT\r\n'), this.failed(1));
  }

  private failed(code: number): Observable<Print> {
    return defer(() => {
      this.state = 'lost';
      this.current = undefined;
      return concat(
        of(`+CWJAP:${code}\r\n`),
        throwError(() => new Refusal('', errorCode.failed, 'FAIL')),
      );
    });
  }

  private plan(): AddressPlan {
    const address = this.current?.address ?? '192.168.1.50';
    return [address, address.replace(/\.\d+$/, '.1'), '255.255.255.0'];
  }
}

function reportOf(ap: AccessPoint): AccessPointReport {
  return {
    ssid: latin1(ap.ssid),
    bssid: (ap.bssid ?? '02:00:5e:00:00:01').toLowerCase(),
    channel: ap.channel ?? 6,
    rssi: ap.rssi ?? -52,
    ecn: ap.ecn ?? ((ap.key?.length ?? 0) === 0 ? 0 : 3),
  };
}

/** A network's name for people to read, whatever bytes it has. */
function nameOf(ssid: string | Uint8Array): string {
  return Buffer.from(ssid)
    .toString('utf8')
    .replace(/\p{Cc}/gu, '\ufffd');
}
