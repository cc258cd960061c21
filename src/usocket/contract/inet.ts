import { atCaller } from './callerStack';
import { AF_INET, AF_INET6 } from './constants';
import { callError } from './osError';

/**
 * Converts an address from text to bytes: 4 bytes for `AF_INET`, 16 bytes for `AF_INET6`.
 *
 *     usocket.inet_pton(usocket.AF_INET, '1.2.3.4'); // <01 02 03 04>
 *
 * Throws `EINVAL` for a text that is not an address, and `EAFNOSUPPORT` for any other family.
 *
 * @see The socket document, `usocket.inet_pton(af, txt_addr)`.
 */
export function inet_pton(family: number, text: string): Buffer {
  return atCaller(() => {
    const { parse } = codecOf(family, 'inet_pton');
    const bytes = typeof text === 'string' ? parse(text) : undefined;
    if (bytes) return Buffer.from(bytes);
    throw callError('inet_pton', 'EINVAL', `${JSON.stringify(text)} is not an address of that family`);
  });
}

/**
 * Converts an address from bytes to text. IPv6 addresses get the short form of RFC 5952.
 *
 *     usocket.inet_ntop(usocket.AF_INET, Buffer.from([127, 0, 0, 1])); // '127.0.0.1'
 *
 * Throws `EINVAL` for a wrong number of bytes, and `EAFNOSUPPORT` for any other family.
 *
 * @see The socket document, `usocket.inet_ntop(af, bin_addr)`.
 */
export function inet_ntop(family: number, bytes: Uint8Array): string {
  return atCaller(() => {
    const { size, print } = codecOf(family, 'inet_ntop');
    if (bytes instanceof Uint8Array && bytes.length === size) return print(bytes);
    throw callError('inet_ntop', 'EINVAL', `an address of that family has ${size} bytes`);
  });
}

/** Whether a text is a numeric address of the family. */
export function isAddress(family: number, text: string): boolean {
  return codecOf(family, 'inet_pton').parse(text) !== undefined;
}

const codecs = new Map([
  [AF_INET, { size: 4, parse: parseIPv4, print: (bytes: Uint8Array) => bytes.join('.') }],
  [AF_INET6, { size: 16, parse: parseIPv6, print: printIPv6 }],
]);

function codecOf(family: number, syscall: string) {
  const codec = codecs.get(family);
  if (codec) return codec;
  throw callError(syscall, 'EAFNOSUPPORT', `${family} is neither AF_INET nor AF_INET6`);
}

function parseIPv4(text: string): number[] | undefined {
  const parts = text.split('.');
  const isQuad = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return isQuad ? parts.map(Number) : undefined;
}

function parseIPv6(text: string): number[] | undefined {
  const [left, right, ...more] = text
    .split('::')
    .map((part, index, parts) => parseGroups(part, index === parts.length - 1));
  if (left === undefined || more.length > 0) return undefined;
  if (!text.includes('::')) return left.length === 16 ? left : undefined;
  if (right === undefined || left.length + right.length > 14) return undefined;
  return [...left, ...Array<number>(16 - left.length - right.length).fill(0), ...right];
}

/** Parses groups with colons between them. At the end of the whole text, the last group may be an IPv4 address. */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes = groups.map((group, index) => {
    if (/^[\da-fA-F]{1,4}$/.test(group)) return [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff];
    return isEnd && index === groups.length - 1 ? parseIPv4(group) : undefined;
  });
  return bytes.every((pair) => pair !== undefined) ? bytes.flat() : undefined;
}

function printIPv6(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(2 * index).toString(16));
  // The first of the longest runs of two or more zero groups.
  const runs = [...groups.join(':').matchAll(/(?<![^:])0(?::0)+(?![^:])/g)].sort(
    ([one], [other]) => other.length - one.length,
  );
  const [run] = runs;
  if (!run) return groups.join(':');
  const text = groups.join(':');
  const before = text.slice(0, run.index).replace(/:$/, '');
  const after = text.slice(run.index + run[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}
