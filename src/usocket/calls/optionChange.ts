import {
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IPPROTO_IP,
  IPPROTO_TCP,
  SO_BROADCAST,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_RCVBUF,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_SNDBUF,
  SO_SNDTIMEO,
  SOL_SOCKET,
  TCP_KEEPIDLE,
  TCP_NODELAY,
} from '../contract/constants';
import { callError, type OSError } from '../contract/osError';

/** The value of a socket option: a number, a boolean, or the bytes of the C structure that the option has on Linux. */
export type OptionValue = number | boolean | Uint8Array;

/** A change of a setting of the connection. `seconds` is how long the peer may be silent before it is probed. */
export type ConnectionChange =
  | { readonly name: 'SO_KEEPALIVE' | 'TCP_NODELAY'; readonly on: boolean }
  | { readonly name: 'TCP_KEEPIDLE'; readonly seconds: number };

/** A change of the time that receiving or sending may take. `null` is no limit. */
export interface TimeoutChange {
  readonly name: 'SO_RCVTIMEO' | 'SO_SNDTIMEO';
  readonly seconds: number | null;
}

/** A change of the size of a buffer. */
export interface BufferChange {
  readonly name: 'SO_RCVBUF' | 'SO_SNDBUF';
  readonly bytes: number;
}

/** What one call of `setsockopt` changes. */
export type OptionChange =
  | ConnectionChange
  | TimeoutChange
  | BufferChange
  | { readonly name: 'SO_REUSEADDR' | 'SO_BROADCAST'; readonly on: boolean }
  // With 0 seconds, closing the socket drops what has not been sent. `null` turns the option off.
  | { readonly name: 'SO_LINGER'; readonly seconds: number | null }
  | { readonly name: 'IP_ADD_MEMBERSHIP' | 'IP_DROP_MEMBERSHIP'; readonly group: string };

type Parse = (value: OptionValue) => OptionChange;

const flag =
  (name: 'SO_REUSEADDR' | 'SO_BROADCAST' | 'SO_KEEPALIVE' | 'TCP_NODELAY'): Parse =>
  (value) => ({ name, on: integerOf(value, name) !== 0 });

const bufferSize =
  (name: 'SO_RCVBUF' | 'SO_SNDBUF'): Parse =>
  (value) => ({ name, bytes: sizeOf(value, name) });

const timeLimit =
  (name: 'SO_RCVTIMEO' | 'SO_SNDTIMEO'): Parse =>
  (value) => ({ name, seconds: secondsOf(value, name) });

const membership =
  (name: 'IP_ADD_MEMBERSHIP' | 'IP_DROP_MEMBERSHIP'): Parse =>
  (value) => ({ name, group: groupOf(value, name) });

const table: readonly (readonly [level: number, option: number, parse: Parse])[] = [
  [SOL_SOCKET, SO_REUSEADDR, flag('SO_REUSEADDR')],
  [SOL_SOCKET, SO_BROADCAST, flag('SO_BROADCAST')],
  [SOL_SOCKET, SO_KEEPALIVE, flag('SO_KEEPALIVE')],
  [SOL_SOCKET, SO_RCVBUF, bufferSize('SO_RCVBUF')],
  [SOL_SOCKET, SO_RCVTIMEO, timeLimit('SO_RCVTIMEO')],
  [SOL_SOCKET, SO_SNDTIMEO, timeLimit('SO_SNDTIMEO')],
  [SOL_SOCKET, SO_SNDBUF, bufferSize('SO_SNDBUF')],
  [SOL_SOCKET, SO_LINGER, (value) => ({ name: 'SO_LINGER', seconds: lingerOf(value) })],
  [IPPROTO_TCP, TCP_NODELAY, flag('TCP_NODELAY')],
  [IPPROTO_TCP, TCP_KEEPIDLE, (value) => ({ name: 'TCP_KEEPIDLE', seconds: sizeOf(value, 'TCP_KEEPIDLE') })],
  [IPPROTO_IP, IP_ADD_MEMBERSHIP, membership('IP_ADD_MEMBERSHIP')],
  [IPPROTO_IP, IP_DROP_MEMBERSHIP, membership('IP_DROP_MEMBERSHIP')],
];

/**
 * Parses the arguments of `setsockopt`. Numbers are those of Linux. Structures are little endian: `int`,
 * `struct timeval`, `struct linger`, `struct ip_mreq`.
 *
 * Throws `ENOPROTOOPT` for an unknown option, `EINVAL` for a value that the option cannot have.
 */
export function optionChange(level: number, option: number, value: OptionValue): OptionChange {
  const known = table.find(([itsLevel, itsOption]) => itsLevel === level && itsOption === option);
  if (known) return known[2](value);
  throw callError('setsockopt', 'ENOPROTOOPT', `unknown option ${option} of level ${level}`);
}

function integerOf(value: OptionValue, name: string): number {
  const number = value instanceof Uint8Array && value.length === 4 ? viewOf(value).getInt32(0, true) : value;
  if (typeof number === 'boolean') return Number(number);
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  throw invalid(name, 'a whole number, or the 4 bytes of one');
}

function sizeOf(value: OptionValue, name: string): number {
  const number = integerOf(value, name);
  if (number > 0) return number;
  throw invalid(name, 'a number above 0');
}

/** Parses a `struct timeval`, with fields of 32 or 64 bits. All 0 is no time-out. */
function secondsOf(value: OptionValue, name: string): number | null {
  if (!(value instanceof Uint8Array) || ![8, 16].includes(value.length)) {
    throw invalid(name, 'a struct timeval of 8 or 16 bytes; settimeout() takes a number of seconds');
  }
  const view = viewOf(value);
  const [whole, micro] =
    value.length === 8
      ? [view.getInt32(0, true), view.getInt32(4, true)]
      : [Number(view.getBigInt64(0, true)), Number(view.getBigInt64(8, true))];
  if (whole < 0 || micro < 0 || micro > 999_999) throw invalid(name, 'a time from 0 up, with less than a million µs');
  return whole + micro / 1e6 || null;
}

/** Parses a `struct linger`: whether it is on, and the seconds. */
function lingerOf(value: OptionValue): number | null {
  const isStructure = value instanceof Uint8Array && value.length === 8;
  const [isOn, seconds] = isStructure ? [viewOf(value).getInt32(0, true), viewOf(value).getInt32(4, true)] : [];
  if (isOn === 0) return null;
  if (isOn !== undefined && seconds !== undefined && seconds >= 0) return seconds;
  throw invalid('SO_LINGER', 'a struct linger of 8 bytes: an int that is 1 for on, and an int of seconds');
}

/** Parses a `struct ip_mreq`: the group, and the address of an interface, which is ignored. */
function groupOf(value: OptionValue, name: string): string {
  const [first = 0] = value instanceof Uint8Array && [8, 12].includes(value.length) ? value : [];
  if (value instanceof Uint8Array && first >= 224 && first <= 239) return value.subarray(0, 4).join('.');
  throw invalid(name, 'a struct ip_mreq of 8 bytes: a group from 224.0.0.0 to 239.255.255.255, and an interface');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function invalid(name: string, wanted: string): OSError {
  return callError('setsockopt', 'EINVAL', `${name} is ${wanted}`);
}
