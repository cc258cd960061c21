import { concatMap, first, Observable, Subject, throwError } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import type { Session } from '../executor/session';
import { isNearDisconnect } from '../grammar/fragment';
import type { Frame } from '../grammar/frame';
import { sameStatus, type Status } from './status';

/** How a modem is doing, and the session with it once it has been set up. */
export class ModemState {
  /** Replays the current state. */
  readonly status$: Observable<Status>;

  private current: Status = { modem: 'starting', wifi: 'down' };
  private readonly changes = new Subject<Status>();
  private session: Session | undefined;
  /** Whether the set-up has found an address, and the modem has said nothing else since. */
  private foundAddress = false;

  constructor() {
    // By hand, because it has subscribers all the time.
    this.status$ = new Observable((subscriber) => {
      const following = this.changes.subscribe(subscriber);
      subscriber.next(this.current);
      return following;
    });
  }

  get modem(): Status['modem'] {
    return this.current.modem;
  }

  /** The error with which the modem is down. */
  get error(): Error | undefined {
    return this.current.error;
  }

  get hasAddress(): boolean {
    return this.current.wifi === 'up';
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
    return this.status$.pipe(
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
    this.enter({ modem: 'starting', wifi: 'down' });
  }

  /** The set-up has found whether the modem has an address. Later messages of the modem are newer. */
  found(hasAddress: boolean): void {
    this.foundAddress = hasAddress;
  }

  up(session: Session): void {
    this.session = session;
    this.enter({ modem: 'up', wifi: this.foundAddress ? 'up' : this.current.wifi });
  }

  /** @param redialIn Milliseconds until the line is opened again. */
  down(error: OSError, redialIn?: number): void {
    this.enter({ modem: 'down', wifi: 'down', error, ...(redialIn !== undefined && { redialIn }) });
  }

  closed(): void {
    this.enter({ modem: 'closed', wifi: 'down' });
  }

  /** Sets the state of the Wi-Fi without a message of the modem. */
  setWifi(wifi: Status['wifi']): void {
    if (this.modem !== 'closed') this.enter({ ...this.current, wifi });
  }

  /** Follows the messages of the modem about its Wi-Fi. */
  route(frame: Frame): void {
    const event = frame.kind === 'wifi' ? frame.event : isDamagedLoss(frame) ? 'disconnected' : undefined;
    if (event === undefined) return;
    this.foundAddress = false;
    if (event === 'gotAddress') this.setWifi('up');
    else if (event === 'disconnected') this.setWifi('down');
    else if (this.current.wifi === 'down') this.setWifi('joining');
  }

  /** Nobody is told of a status that is the same. */
  private enter(status: Status): void {
    const isChanged = !sameStatus(status, this.current);
    this.current = status;
    if (isChanged) this.changes.next(status);
  }
}

/**
 * Whether a frame is what the line has left of the loss of the network. Otherwise the links that end with it would seem
 * to have been ended by their peers.
 */
function isDamagedLoss(frame: Frame): boolean {
  return (
    (frame.kind === 'line' || frame.kind === 'unknown' || frame.kind === 'fragment') && isNearDisconnect(frame.text)
  );
}
