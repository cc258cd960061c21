import type { WebSocket } from 'ws';

import { type ProgramMessage, writeMessage } from '../events/messages';
import type { EventLog, Place } from './eventLog';

/** The most bytes that wait for a page that does not read. What comes meanwhile waits in the log, as long as that keeps it. */
const mostUnread = 1 << 20;

/** A page that is attached to a program, and how far it has read the log. */
export class AttachedPage {
  /** Whether the page has asked for payloads. */
  wantsPayloads = false;

  private readonly place: Place = { position: 0, bytes: 0 };
  private isBehind = false;
  private end: ProgramMessage | undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly log: EventLog,
  ) {}

  /** Says something besides the events. A page that only asks, and does not read, is hung up on. */
  say(message: ProgramMessage): void {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > 2 * mostUnread) socket.terminate();
    else socket.send(writeMessage(message));
  }

  /** Sends what is new, as far as the page reads. When the page reads again, the rest is sent. */
  advance(): void {
    const { socket, log, place } = this;
    while (!this.isBehind && socket.readyState === socket.OPEN) {
      const events = log.take(place, this.wantsPayloads);
      if (events.length === 0) {
        if (this.end) this.say(this.end);
        this.end = undefined;
        return;
      }
      socket.send(writeMessage({ kind: 'events', events }), () => this.written());
      this.isBehind = socket.bufferedAmount > mostUnread;
    }
  }

  /** No events follow those that are in the log. */
  finish(end: ProgramMessage): void {
    this.end = end;
    this.advance();
  }

  private written(): void {
    if (!this.isBehind || this.socket.bufferedAmount > mostUnread / 2) return;
    this.isBehind = false;
    this.advance();
  }
}
