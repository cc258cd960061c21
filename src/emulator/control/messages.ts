/** The codes of JSON-RPC 2.0. */
const notJson = -32_700;
const invalidRequest = -32_600;
export const unknownMethod = -32_601;
export const invalidParameters = -32_602;
const internalError = -32_603;
/** Codes of our own, from the range that JSON-RPC leaves to servers. */
export const timedOut = -32_000;
export const switchedOff = -32_001;

/** Why a request fails. */
export class ControlError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Request {
  readonly id: string | number | null | undefined;
  readonly method: string;
  readonly params: unknown;
}

/** @throws ControlError for a line that is no request. */
export function parseRequest(line: string): Request {
  const message = parse(line);
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new ControlError(invalidRequest, 'a request is an object, as {"id":1,"method":"state"}');
  }
  const { id, method, params = {} } = message as Readonly<Record<string, unknown>>;
  if (id !== undefined && id !== null && typeof id !== 'string' && typeof id !== 'number') {
    throw new ControlError(invalidRequest, '"id" must be a number or a text');
  }
  if (typeof method !== 'string') throw new ControlError(invalidRequest, '"method" must be a text, as "state"');
  return { id, method, params };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (cause) {
    throw new ControlError(notJson, `the line is not JSON: ${messageOf(cause)}`);
  }
}

export function resultLine(id: Request['id'], result: unknown): string {
  return lineOf({ id, result });
}

export function errorLine(id: Request['id'], error: unknown): string {
  return lineOf({ id: id ?? null, error: { code: codeOf(error), message: messageOf(error) } });
}

export function eventLine(params: unknown): string {
  return lineOf({ method: 'event', params });
}

function codeOf(error: unknown): number {
  if (error instanceof ControlError) return error.code;
  // The virtual modem refuses values with this error.
  return error instanceof RangeError ? invalidParameters : internalError;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function lineOf(message: object): string {
  return JSON.stringify({ jsonrpc: '2.0', ...message });
}
