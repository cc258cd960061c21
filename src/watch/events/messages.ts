import type { FaultArgument } from '../../emulator';
import { isWatchEvent } from './checkEvent';
import type { BytesEvent, WatchEvent } from './watchEvent';

/** The WebSocket subprotocol of a watched program and the page. Each message is a JSON text. */
export const watchProtocol = 'rx-usocket-watch';

/** What a program says to the page. */
export type ProgramMessage =
  /** The first message. */
  | {
      /** The program introduces itself. */
      readonly kind: 'hello';
      /** The name of the program, which the page shows as its title. */
      readonly name: string;
      /** The faults that it takes: those of its virtual modem. Left out when it has a real one. */
      readonly faults?: Readonly<Record<string, Readonly<Record<string, FaultArgument>>>>;
    }
  | {
      /** Something has happened. */
      readonly kind: 'events';
      /** The events since the last message, in order. */
      readonly events: readonly WatchEvent[];
    }
  | {
      /** Answers a request. */
      readonly kind: 'done';
      /** The number of the request. */
      readonly request: number;
      /** Why the request was refused, or has failed. Left out when it was done. */
      readonly error?: string;
    }
  | {
      /** The interface is closed, or the program ends. No events follow. */
      readonly kind: 'end';
      /** Why, if it is not as the program wanted: the line is lost, or the program fails. */
      readonly reason?: string;
    };

/** What the page asks of a program. It is answered by `done` with the same number. */
export type PageRequest = {
  /** The number of the request, which its answer repeats. */
  readonly request: number;
} & (
  | {
      /** Switches the bytes of the line on or off, for this page alone. */
      readonly kind: 'payloads';
      /** Whether to tell the bytes of the line from now on. */
      readonly areShown: boolean;
    }
  | {
      /** Gives the virtual modem of the program a fault. */
      readonly kind: 'fault';
      /** The fault for the virtual modem, as `Fault` of `rx-usocket/emulator`. The program checks it. */
      readonly fault: Readonly<Record<string, unknown>>;
    }
  | {
      /** Asks the modem for its address and the strength of its signal. The answers show in the events. */
      readonly kind: 'ask';
    }
);

/** Bytes in JSON are base64. */
type WrittenEvent = Exclude<WatchEvent, BytesEvent> | (Omit<BytesEvent, 'bytes'> & { readonly bytes: string });

/** Writes a message as a text. */
export function writeMessage(message: ProgramMessage | PageRequest): string {
  return JSON.stringify(message.kind === 'events' ? { ...message, events: message.events.map(written) } : message);
}

/**
 * Reads what {@link writeMessage} has written. Events that this version does not know are left out.
 *
 * @throws SyntaxError for a text that is not JSON.
 * @throws TypeError for a message that this version does not know.
 */
export function readMessage(text: string): ProgramMessage | PageRequest {
  const message: unknown = JSON.parse(text);
  if (typeof message !== 'object' || message === null) throw new TypeError('a message is an object');
  const { kind, name, events, faults, request } = message as Readonly<Record<string, unknown>>;
  if (kind === 'events' && Array.isArray(events)) return { kind, events: events.map(read).filter(isWatchEvent) };
  const isHello = kind === 'hello' && typeof name === 'string' && typeof (faults ?? {}) === 'object';
  const isNumbered = typeof request === 'number' && typeof kind === 'string' && numbered.has(kind);
  if (isHello || isNumbered || kind === 'end') return message as ProgramMessage | PageRequest;
  throw new TypeError(`there is no message ${JSON.stringify(kind)} of this form`);
}

/** The kinds of messages with the number of a request. */
const numbered: ReadonlySet<string> = new Set(['done', 'payloads', 'fault', 'ask']);

function written(event: WatchEvent): WrittenEvent {
  if (event.type !== 'bytes') return event;
  const { buffer, byteOffset, byteLength } = event.bytes;
  return { ...event, bytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

function read(event: unknown): unknown {
  if (typeof event !== 'object' || event === null) return undefined;
  const { type, bytes } = event as Readonly<Record<string, unknown>>;
  return type === 'bytes' && typeof bytes === 'string' ? { ...event, bytes: Buffer.from(bytes, 'base64') } : event;
}
