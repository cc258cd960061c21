import type { Observable } from 'rxjs';
import type { FaultArgument } from 'rx-usocket/emulator';
import type { WatchEvent } from 'rx-usocket/watch';

import type { Recording } from '../recordings/openRecording';

/** Where the events of a session come from: a program, a line of this page, or a recording. */
export interface Source {
  readonly kind: 'playground' | 'serial' | 'line' | 'program' | 'recording';
  /** What the header shows, such as a port or a file name. */
  readonly name: string;
  /** Events in batches, in order. Completes when the source has ended; errors say why it was lost. Subscribed to once. */
  readonly batches$: Observable<readonly WatchEvent[]>;
  /** What the user is told meanwhile, in whole sentences. */
  readonly notices$?: Observable<string>;
  /** Replays whether the source can be heard. Left out where there is no connection that may be lost for a while. */
  readonly isConnected$?: Observable<boolean>;
  /** The faults of a virtual modem. Left out for a real one. */
  readonly faults?: Faults;
  /** Left out where time cannot be changed. */
  readonly time?: TimeControl;
  /** Left out if it is not a recording. */
  readonly replay?: { readonly clock: Replay; readonly recording: Recording };
  /** Asks a program for payloads, or not any more. Left out where they are always there. */
  setPayloads?(areShown: boolean): void;
  /** Asks the modem for its address and the strength of its signal. Left out where nobody can ask. */
  askModem?(): void;
  close(): void;
}

/** The faults that a virtual modem can be given, as `faultArguments` of `rx-usocket/emulator` describes them. */
interface Faults {
  readonly table: Readonly<Record<string, Readonly<Record<string, FaultArgument>>>>;
  /** Gives the modem a fault now. Errors with what is wrong. */
  give(fault: Readonly<Record<string, unknown>>): Observable<never>;
}

/** The speed of time: 1 is real time, 0 stands still, and `Infinity` is as fast as possible. */
export interface TimeControl {
  /** The present time, in milliseconds since 1970, as the events have it. */
  now(): number;
  /** Replays the current speed. */
  readonly speed$: Observable<number>;
  setSpeed(speed: number): void;
  /** Stops the time, and goes on to what happens next. */
  step(): void;
}

/** The time in a recording, in milliseconds as its events have it. */
export interface Replay extends TimeControl {
  readonly begins: number;
  readonly ends: number;
  /** Replays up to when the recording has been told. */
  readonly position$: Observable<number>;
  /** Replays whether all of it has been told. */
  readonly isOver$: Observable<boolean>;
  /** Tells everything up to a time at once. Returns `false`, and does nothing, if it has been told already. */
  seek(time: number): boolean;
}
