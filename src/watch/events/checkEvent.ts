import type { LinkDetails } from '../../esp8285';
import type { Endpoint, SocketDetails } from '../../usocket';
import type {
  BytesEvent,
  CallEvent,
  InterfaceState,
  MissedEvent,
  SaidEvent,
  StateEvent,
  VirtualEvent,
  WatchEvent,
} from './watchEvent';

type Check = (value: unknown) => boolean;
/** A check for each property. */
type Shape<T> = { readonly [Key in keyof T]-?: Check };

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const flag: Check = (value) => typeof value === 'boolean';
const oneOf = <T extends string>(words: Readonly<Record<T, true>>): Check => {
  const known = new Set<unknown>(Object.keys(words));
  return (value) => known.has(value);
};
const optional = (check: Check): Check => {
  return (value) => value === undefined || check(value);
};
const listOf = (check: Check): Check => {
  return (value) => Array.isArray(value) && value.every(check);
};
const shaped = <T>(shape: Shape<T>): Check => {
  const checks = Object.entries<Check>(shape);
  return (value) => isObject(value) && checks.every(([key, check]) => check(value[key]));
};

const said = shaped<SaidEvent>({
  type: text,
  time: number,
  direction: oneOf<SaidEvent['direction']>({ 'to modem': true, 'from modem': true, 'by driver': true }),
  kind: oneOf<SaidEvent['kind']>({
    ...({ command: true, data: true, note: true, block: true, booted: true, booting: true, busy: true } as const),
    ...({ closed: true, damage: true, final: true, fragment: true, line: true, noise: true, notice: true } as const),
    ...({ opened: true, prompt: true, segment: true, sent: true, station: true, taken: true } as const),
    ...({ unknown: true, wifi: true } as const),
  }),
  link: optional(number),
  size: number,
  text,
});

const bytes = shaped<BytesEvent>({
  type: text,
  time: number,
  from: oneOf<BytesEvent['from']>({ host: true, modem: true }),
  bytes: (value) => ArrayBuffer.isView(value),
});

const call = shaped<CallEvent>({
  type: text,
  time: number,
  id: number,
  socket: number,
  link: optional(number),
  name: text,
  stage: oneOf<CallEvent['stage']>({ begins: true, returns: true, fails: true, abandoned: true }),
  size: optional(number),
  code: optional(text),
  text,
});

const link = shaped<LinkDetails>({
  id: number,
  kind: oneOf<LinkDetails['kind']>({ tcp: true, tls: true, udp: true }),
  stage: oneOf<LinkDetails['stage']>({ opening: true, open: true, ended: true }),
  remote: optional(shaped<Endpoint>({ address: text, port: number })),
  received: number,
  sent: number,
  queued: number,
  waiting: number,
  isHeld: flag,
});

const socket = shaped<SocketDetails>({
  id: number,
  kind: oneOf<SocketDetails['kind']>({ stream: true, datagram: true, server: true }),
  stage: text,
  link: optional(number),
  queued: number,
});

const state = shaped<InterfaceState>({
  line: optional(text),
  baud: optional(number),
  firmware: optional(text),
  modem: text,
  wifi: text,
  error: optional(text),
  ssid: optional(text),
  address: optional(text),
  receive: optional(text),
  waitingCommands: number,
  links: listOf(link),
  sockets: listOf(socket),
  isDerived: optional(flag),
});

const checks: Readonly<Record<string, Check>> = {
  said,
  bytes,
  call,
  state: shaped<StateEvent>({ type: text, time: number, state }),
  virtual: shaped<VirtualEvent>({ type: text, time: number, kind: text, text }),
  missed: shaped<MissedEvent>({ type: text, time: number, count: number }),
} satisfies Record<WatchEvent['type'], Check>;

/**
 * Whether something that has come from outside is an event: from a program, or from a file. An event of a kind that only a
 * newer version tells is none.
 */
export function isWatchEvent(value: unknown): value is WatchEvent {
  return isObject(value) && typeof value['type'] === 'string' && (checks[value['type']]?.(value) ?? false);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
