import type { FaultArgument } from '../../emulator';
import type { BytesEvent, WatchEvent } from './watchEvent';

/** The WebSocket subprotocol of a watched program and the page. Each message is a JSON text. */
export const watchProtocol = 'rx-usocket-watch';

/** What a program says to the page. */
export type ProgramMessage =
  /** The first message. */
  | {
      readonly kind: 'hello';
      /** The name of the program. */
      readonly name: string;
      /** The faults that it takes: those of its virtual modem. Left out when it has a real one. */
      readonly faults?: Readonly<Record<string, Readonly<Record<string, FaultArgument>>>>;
    }
  | { readonly kind: 'events'; readonly events: readonly WatchEvent[] }
  /** Answers the request with this number. `error` says why it was refused. */
  | { readonly kind: 'done'; readonly request: number; readonly error?: string }
  /** The interface is closed. No events follow. */
  | { readonly kind: 'end'; readonly reason?: string };

/** What the page asks of a program. It is answered by `done` with the same number. */
export type PageRequest = { readonly request: number } & (
  | { readonly kind: 'payloads'; readonly areShown: boolean }
  | { readonly kind: 'fault'; readonly fault: Readonly<Record<string, unknown>> }
  /** Asks the modem for the strength of its signal. The answer shows in the trace. */
  | { readonly kind: 'signal' }
);

/** Bytes in JSON are base64. */
type WrittenEvent = Exclude<WatchEvent, BytesEvent> | (Omit<BytesEvent, 'bytes'> & { readonly bytes: string });

/** Writes a message as a text. */
export function writeMessage(message: ProgramMessage | PageRequest): string {
  return JSON.stringify(message.kind === 'events' ? { ...message, events: message.events.map(written) } : message);
}

/** Reads what {@link writeMessage} has written. Throws a `SyntaxError` for a text that is not JSON. */
export function readMessage(text: string): ProgramMessage | PageRequest {
  const message = JSON.parse(text) as ProgramMessage | PageRequest | { kind: 'events'; events: WrittenEvent[] };
  return message.kind === 'events' ? { ...message, events: message.events.map(read) } : message;
}

function written(event: WatchEvent): WrittenEvent {
  if (event.type !== 'bytes') return event;
  const { buffer, byteOffset, byteLength } = event.bytes;
  return { ...event, bytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

function read(event: WatchEvent | WrittenEvent): WatchEvent {
  if (event.type !== 'bytes' || typeof event.bytes !== 'string') return event as WatchEvent;
  return { ...event, bytes: Buffer.from(event.bytes, 'base64') };
}
