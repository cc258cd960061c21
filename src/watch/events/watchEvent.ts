import type { InterfaceDetails, LineBytes, TraceEvent } from '../../esp8285';
import type { CallStep } from '../../usocket';

/** Something that a watched interface tells. Times are milliseconds since 1970, by the scheduler of the interface. */
export type WatchEvent = SaidEvent | BytesEvent | CallEvent | StateEvent | VirtualEvent | MissedEvent;

/** An event of the trace: a command, an answer, a message of the modem, or a note of the driver. It shows no key. */
export interface SaidEvent extends Omit<TraceEvent, 'time'> {
  /** Distinguishes it from other events: `'said'`. */
  readonly type: 'said';
  /** When it was said or heard. */
  readonly time: number;
}

/** Bytes that went over the line in one piece. They are told only when payloads are asked for. */
export interface BytesEvent extends LineBytes {
  /** Distinguishes it from other events: `'bytes'`. */
  readonly type: 'bytes';
}

/** What a socket was asked, and how it ended. It contains no payload. */
export interface CallEvent extends CallStep {
  /** Distinguishes it from other events: `'call'`. */
  readonly type: 'call';
}

/** How the interface is doing. It is told when it changes, at most a few times a second. */
export interface StateEvent {
  /** Distinguishes it from other events: `'state'`. */
  readonly type: 'state';
  /** When the state was taken. */
  readonly time: number;
  /** The whole state, and not only what is new. */
  readonly state: InterfaceState;
}

/** What a virtual modem reports: what it did, and the faults that it was given. */
export interface VirtualEvent {
  /** Distinguishes it from other events: `'virtual'`. */
  readonly type: 'virtual';
  /** When it happened, by the clock of the virtual modem. */
  readonly time: number;
  /** The kind of the report, such as `'command'`, `'wifi'` or `'fault'`. */
  readonly kind: string;
  /** The report in a few words. */
  readonly text: string;
}

/** Events that were not told, because the reader was too slow. */
export interface MissedEvent {
  /** Distinguishes it from other events: `'missed'`. */
  readonly type: 'missed';
  /** The time of the first event after the gap. */
  readonly time: number;
  /** How many events were not told. */
  readonly count: number;
}

/** An interface with its modem, links and sockets at one moment. What is not known yet is left out. */
export interface InterfaceState extends InterfaceDetails {
  /**
   * Present if only recorded bytes tell this: {@link readRecording}. Sockets, waiting commands and what a socket has not read
   * are missing then.
   */
  readonly isDerived?: true;
}
