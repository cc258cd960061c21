import type { Frame } from '../grammar/frame';
import { blankKeys } from './hideKeys';

/** A frame as a trace shows it. */
export interface FrameText {
  readonly size: number;
  readonly text: string;
}

type Describe<Kind extends Frame['kind']> = (frame: Extract<Frame, { kind: Kind }>) => string;

const wifiWords = { connected: 'WIFI CONNECTED', gotAddress: 'WIFI GOT IP', disconnected: 'WIFI DISCONNECT' } as const;

/** How each kind of frame is shown: in the modem's own words, unless these contain a payload. */
const words: { readonly [Kind in Frame['kind']]: Describe<Kind> } = {
  final: ({ result }) => result,
  busy: () => 'busy',
  prompt: () => '>',
  taken: ({ length }) => `Recv ${length} bytes`,
  sent: ({ ok }) => (ok ? 'SEND OK' : 'SEND FAIL'),
  segment: ({ segment, ok }) => `segment ${segment}: ${ok ? 'SEND OK' : 'SEND FAIL'}`,
  block: ({ length }) => `${length} bytes`,
  notice: ({ length }) => `${length} bytes wait`,
  opened: () => 'CONNECT',
  closed: () => 'CLOSED',
  wifi: ({ event }) => wifiWords[event],
  station: (frame) => `station ${frame.mac} ${frame.event === 'gotAddress' ? `has ${frame.address}` : frame.event}`,
  booting: () => 'boot text',
  booted: () => 'ready',
  line: ({ text }) => text,
  unknown: ({ text }) => text,
  fragment: ({ text }) => text,
  damage: () => 'a damaged block',
  noise: ({ length }) => `${length} bytes of noise`,
};

/** Describes a frame without its payload, and without the key in the answer to `AT+CWSAP?`. */
export function frameText(frame: Frame): FrameText {
  const text = (words[frame.kind] as (frame: Frame) => string)(frame);
  const isCounted = frame.kind === 'block' || frame.kind === 'noise';
  return { size: isCounted ? frame.length : Buffer.byteLength(text), text: printable(blankKeys(text)) };
}

/** Removes control characters, because the name of a network may contain some that colour a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}
