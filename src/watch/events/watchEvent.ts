import type { InterfaceDetails, LineBytes, LinkDetails, TraceEvent } from '../../esp8285';
import type { CallStep, SocketDetails } from '../../usocket';

/** Something that a watched interface tells. Times are milliseconds since 1970, by the scheduler of the interface. */
export type WatchEvent = SaidEvent | BytesEvent | CallEvent | StateEvent | VirtualEvent | MissedEvent;

/** An event of the trace: a command, an answer, a message of the modem, or a note of the driver. It shows no key. */
export interface SaidEvent extends Omit<TraceEvent, 'time'> {
  readonly type: 'said';
  readonly time: number;
}

/** Bytes that went over the line in one piece. They are told only when payloads are asked for. */
export interface BytesEvent extends LineBytes {
  readonly type: 'bytes';
}

/** What a socket was asked, and how it ended. It contains no payload. */
export interface CallEvent extends CallStep {
  readonly type: 'call';
}

/** How the interface is doing. It is told when it changes, at most a few times a second. */
export interface StateEvent {
  readonly type: 'state';
  readonly time: number;
  readonly state: InterfaceState;
}

/** What a virtual modem reports: what it did, and the faults that it was given. */
export interface VirtualEvent {
  readonly type: 'virtual';
  readonly time: number;
  readonly kind: string;
  readonly text: string;
}

/** Events that were not told, because the reader was too slow. */
export interface MissedEvent {
  readonly type: 'missed';
  readonly time: number;
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

/** One of the modem's links that is in use. */
export type LinkState = LinkDetails;

/** A socket that has not been closed yet. */
export type SocketShown = SocketDetails;
