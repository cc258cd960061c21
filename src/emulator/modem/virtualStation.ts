import { concat, defer, type Observable, of, throwError } from 'rxjs';

import type { Platform } from '../firmware/platform';
import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import { type AccessPoint, type AccessPointReport, latin1, nameOf, reportOf } from '../network/accessPoint';

/**
 * The state of the Wi-Fi station. `idle`: it has not tried to join. `trying`: it is joining, or waits for an address.
 * `joined`: it has an address. `lost`: the access point has gone, or joining has failed. `left`: the host made it leave.
 */
export type StationState = 'idle' | 'trying' | 'joined' | 'lost' | 'left';

/** Address, gateway and mask. */
export type AddressPlan = readonly [address: string, gateway: string, mask: string];

const noAddress: AddressPlan = ['0.0.0.0', '0.0.0.0', '0.0.0.0'];

/** The Wi-Fi station: which networks are in range, and which one it has joined. */
export class VirtualStation {
  state: StationState = 'idle';
  /** The host name that the modem gave with its last join. */
  hostName: string | undefined;
  /** Networks are in range. */
  inRange = true;
  /** Networks give addresses. */
  givesAddresses = true;
  private current: AccessPoint | undefined;

  constructor(private readonly platform: Platform) {}

  /** The access point that has been joined. */
  get accessPoint(): AccessPointReport | undefined {
    return this.joined && this.current !== undefined ? reportOf(this.current) : undefined;
  }

  /** The station has an address. */
  get joined(): boolean {
    return this.state === 'joined';
  }

  get address(): AddressPlan {
    const { fixedAddress, stationDhcp } = this.platform.memory.settings;
    if (!stationDhcp && fixedAddress !== undefined) return fixedAddress;
    return this.joined ? this.plan() : noAddress;
  }

  /** The networks that a scan finds, in the order of the options. */
  scan(): readonly AccessPointReport[] {
    return this.visible.map(reportOf);
  }

  /**
   * Joins a network, and emits the messages that are printed meanwhile. Completes when there is an address; errors with
   * a Refusal after the code has been printed.
   */
  join(ssid: string, key: string, bssid?: string): Observable<Print> {
    const { delays, options, personality } = this.platform;
    return defer(() => {
      this.state = 'trying';
      const found = this.visible.find(
        (ap) => latin1(ap.ssid) === ssid && (bssid === undefined || reportOf(ap).bssid === bssid.toLowerCase()),
      );
      if (found === undefined) {
        const seen = this.visible.map(nameOf).join(', ');
        const message = `no such network is in range of the virtual modem; there is ${seen === '' ? 'none' : seen}`;
        return concat(
          delays.after('scan'),
          defer(() => (this.platform.report.hint({ message }), this.failed(3))),
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
      const noAddress$ = concat(delays.wait(options.joinTimeout), of(personality.dhcpTimeout), this.dropped());
      return concat(
        connected$,
        defer(() => {
          const { stationDhcp } = this.platform.memory.settings;
          const getsNone = (dhcp === false || !this.givesAddresses) && stationDhcp;
          if (getsNone) return noAddress$;
          return typeof dhcp === 'number' && stationDhcp ? delays.wait(dhcp) : delays.after('address');
        }),
        defer(() => (this.inRange ? this.succeed(found) : this.dropped())),
      );
    });
  }

  /** Joins at once and prints nothing, as a modem that has been running for a long time. */
  joinAtOnce(ssid: string, key: string): void {
    const found = this.platform.options.accessPoints.find(
      (ap) => latin1(ap.ssid) === ssid && latin1(ap.key ?? '') === key,
    );
    if (found !== undefined) void this.succeed(found);
  }

  /** Leaves the access point, because of a command, a fault or a reset. */
  leave(state: 'left' | 'lost' | 'idle'): void {
    this.state = state;
    if (state !== 'lost') this.current = undefined;
    this.hostName = undefined;
  }

  /** Joins the lost access point again. */
  rejoin(): Observable<Print> {
    const lost = this.state === 'lost' ? this.current : undefined;
    return lost === undefined ? of() : this.join(latin1(lost.ssid), latin1(lost.key ?? ''));
  }

  private get visible(): readonly AccessPoint[] {
    return this.inRange ? this.platform.options.accessPoints : [];
  }

  private succeed(found: AccessPoint): Observable<Print> {
    this.state = 'joined';
    this.current = found;
    this.hostName = this.platform.memory.settings.hostName;
    this.platform.report.tell('wifi', `joined ${nameOf(found)}, address ${this.address[0]}`);
    return of('WIFI GOT IP\r\n');
  }

  private dropped(): Observable<Print> {
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
