/**
 * Shows what happens between a modem and its sockets, live: as a stream of events, and in a page of a browser.
 *
 * @module rx-usocket/watch
 */
export type { LinkDetails } from '../esp8285';
export type { SocketDetails } from '../usocket';
export { askModem } from './events/askModem';
export { type PageRequest, type ProgramMessage, readMessage, watchProtocol, writeMessage } from './events/messages';
export { observe, type ObserveOptions } from './events/observe';
export type {
  BytesEvent,
  CallEvent,
  InterfaceState,
  MissedEvent,
  SaidEvent,
  StateEvent,
  VirtualEvent,
  WatchEvent,
} from './events/watchEvent';
export { RecordingError } from './recordings/recordingError';
export { formatHeader, type RecordingHeader } from './recordings/recordingHeader';
export { RecordingReader } from './recordings/recordingReader';
export { readRecording, writeRecording } from './recordings/recordingText';
export { RecordingWriter } from './recordings/recordingWriter';
export { watch, type Watched, type WatchOptions } from './watch';
