import { BehaviorSubject, concatMap, distinctUntilChanged, first, type Observable, throwError } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import type { Session } from '../executor/session';
import type { Frame } from '../grammar/frame';
import { sameStatus, type Status } from './status';

/** How a modem is doing, and the session with it once it has been set up. */
export class ModemState {
  /** Replays the current state. */
  readonly status$: Observable<Status>;

  private readonly status = new BehaviorSubject<Status>({ modem: 'starting', wifi: 'down' });
  private session: Session | undefined;
  /** Whether the set-up has found an address, and the modem has said nothing else since. */
  private foundAddress = false;

  constructor() {
    this.status$ = this.status.pipe(distinctUntilChanged(sameStatus));
  }

  get modem(): Status['modem'] {
    return this.status.value.modem;
  }

  /** The error with which the modem is down. */
  get error(): Error | undefined {
    return this.status.value.error;
  }

  get hasAddress(): boolean {
    return this.status.value.wifi === 'up';
  }

  /** Whether a modem has ever been set up. */
  get isKnown(): boolean {
    return this.session !== undefined;
  }

  /** The firmware's version, once the modem has been set up. */
  get version(): string | undefined {
    return this.session?.dialect.version;
  }

  /** Cold: runs an operation once the modem is set up. If the modem is down, errors with {@link error}. */
  whenUp<T>(operation: (up: Session) => Observable<T>): Observable<T> {
    return this.status.pipe(
      first(({ modem }) => modem !== 'starting'),
      concatMap(({ modem, error }) => {
        if (modem === 'up' && this.session) return operation(this.session);
        return throwError(
          () =>
            error ??
            new OSError('EBADF', 'modem', 'the interface is closed; make a new one with "await network.ESP8285(uart)"'),
        );
      }),
    );
  }

  starting(): void {
    this.status.next({ modem: 'starting', wifi: 'down' });
  }

  /** The set-up has found whether the modem has an address. Later messages of the modem are newer. */
  found(hasAddress: boolean): void {
    this.foundAddress = hasAddress;
  }

  up(session: Session): void {
    this.session = session;
    this.status.next({ modem: 'up', wifi: this.foundAddress ? 'up' : this.status.value.wifi });
  }

  /** @param redialIn Milliseconds until the line is opened again. */
  down(error: OSError, redialIn?: number): void {
    this.status.next({ modem: 'down', wifi: 'down', error, ...(redialIn !== undefined && { redialIn }) });
  }

  closed(): void {
    this.status.next({ modem: 'closed', wifi: 'down' });
  }

  /** Sets the state of the Wi-Fi without a message of the modem. */
  setWifi(wifi: Status['wifi']): void {
    if (this.modem !== 'closed') this.status.next({ ...this.status.value, wifi });
  }

  /** Follows the messages of the modem about its Wi-Fi. */
  route(frame: Frame): void {
    if (frame.kind !== 'wifi') return;
    this.foundAddress = false;
    if (frame.event === 'gotAddress') this.setWifi('up');
    else if (frame.event === 'disconnected') this.setWifi('down');
    else if (this.status.value.wifi === 'down') this.setWifi('joining');
  }
}
