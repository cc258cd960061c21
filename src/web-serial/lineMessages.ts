import { type ErrorCode, isErrorCode } from '../usocket/contract/errno';

/** The subprotocol of a line over a WebSocket. Its binary messages are bytes of the line, its text messages JSON. */
export const lineProtocol = 'rx-usocket.line.v1';

/** What the machine with the line says. The first message is `line`, when the line is open. */
export type LineMessage =
  | { readonly kind: 'line'; readonly port: string; readonly baudRate?: number | undefined }
  | { readonly kind: 'speed'; readonly baudRate: number }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'notice'; readonly message: string }
  | { readonly kind: 'lost'; readonly code: ErrorCode; readonly message: string };

/** What the page says: to change the speed of the line. It is answered by `speed` or `refused`. */
export interface SpeedRequest {
  readonly kind: 'set-speed';
  readonly baudRate: number;
}

/** Reads a message of the machine with the line; `undefined` for one that this version does not know. */
export function parseLineMessage(text: string): LineMessage | undefined {
  const { kind, port, baudRate, message, code } = fieldsOf(text);
  switch (kind) {
    case 'line':
      if (typeof port !== 'string') return undefined;
      return { kind, port, baudRate: typeof baudRate === 'number' ? baudRate : undefined };
    case 'speed':
      return typeof baudRate === 'number' ? { kind, baudRate } : undefined;
    case 'refused':
    case 'notice':
      return typeof message === 'string' ? { kind, message } : undefined;
    case 'lost':
      if (typeof message !== 'string') return undefined;
      return { kind, message, code: typeof code === 'string' && isErrorCode(code) ? code : 'ENODEV' };
    default:
      return undefined;
  }
}

/** Reads a message of a page; `undefined` for anything else. */
export function parseSpeedRequest(text: string): SpeedRequest | undefined {
  const { kind, baudRate } = fieldsOf(text);
  return kind === 'set-speed' && typeof baudRate === 'number' ? { kind, baudRate } : undefined;
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
