import type { BytesEvent, CallEvent, SaidEvent, VirtualEvent, WatchEvent } from 'rx-usocket/watch';

import type { LaneSubject } from './lane';
import type { MarbleKind } from './marbleKinds';

/** What becomes of an event: a marble of this kind on this lane. */
export interface Sorted {
  readonly subject: LaneSubject;
  readonly kind: MarbleKind;
  readonly text: string;
  readonly size: number;
  readonly link: number | undefined;
}

/** An event that becomes a marble. The state of an interface does not. */
export type ShownEvent = Exclude<WatchEvent, { readonly type: 'state' }>;

/** Finds the lane and the kind of an event. */
export function classify(event: ShownEvent): Sorted {
  switch (event.type) {
    case 'said':
      return said(event);
    case 'bytes':
      return bytes(event);
    case 'call':
      return call(event);
    case 'virtual':
      return virtual(event);
    case 'missed': {
      const text = `${event.count} events were missed`;
      return { subject: { kind: 'missed' }, kind: 'missed', text, size: event.count, link: undefined };
    }
  }
}

function said({ kind, text, size, link }: SaidEvent): Sorted {
  const marbleKind = saidKinds[kind](text);
  const ofLink = link !== undefined && onLinks.has(kind);
  const subject: LaneSubject = ofLink ? { kind: 'link', number: link } : { kind: lanes[kind] };
  return { subject, kind: marbleKind, text, size, link };
}

/** Kinds of the trace that go to the lane of their link. The rest, and what has no link, goes to the lane below. */
const onLinks: ReadonlySet<SaidEvent['kind']> = new Set(['data', 'block', 'notice', 'opened', 'closed', 'segment']);

const lanes: Readonly<Record<SaidEvent['kind'], Exclude<LaneSubject['kind'], 'link' | 'socket'>>> = {
  command: 'commands',
  data: 'commands',
  note: 'notes',
  block: 'notices',
  booted: 'notices',
  booting: 'notices',
  busy: 'commands',
  closed: 'notices',
  damage: 'notices',
  final: 'commands',
  fragment: 'notices',
  line: 'commands',
  noise: 'notices',
  notice: 'notices',
  opened: 'notices',
  prompt: 'commands',
  segment: 'notices',
  sent: 'commands',
  station: 'wifi',
  taken: 'commands',
  unknown: 'notices',
  wifi: 'wifi',
};

const saidKinds: Readonly<Record<SaidEvent['kind'], (text: string) => MarbleKind>> = {
  command: () => 'command',
  data: () => 'dataToModem',
  note: () => 'note',
  block: () => 'dataFromModem',
  booted: () => 'booted',
  booting: () => 'booting',
  busy: () => 'busy',
  closed: () => 'closed',
  damage: () => 'damage',
  final: (text) => (text === 'OK' ? 'done' : 'refused'),
  fragment: () => 'damage',
  line: () => 'answer',
  noise: () => 'damage',
  notice: () => 'waiting',
  opened: () => 'opened',
  prompt: () => 'prompt',
  segment: (text) => (text.endsWith('FAIL') ? 'sendFailed' : 'sent'),
  sent: (text) => (text.endsWith('FAIL') ? 'sendFailed' : 'sent'),
  station: () => 'station',
  taken: () => 'taken',
  unknown: () => 'unknown',
  wifi: (text) => (text.endsWith('DISCONNECT') ? 'wifiLost' : 'wifi'),
};

function bytes({ from, bytes: { length: size } }: BytesEvent): Sorted {
  const isFromHost = from === 'host';
  const kind = isFromHost ? 'bytesToModem' : 'bytesFromModem';
  return { subject: { kind: isFromHost ? 'toModem' : 'fromModem' }, kind, text: '', size, link: undefined };
}

const callKinds = {
  begins: 'callBegins',
  returns: 'callReturns',
  fails: 'callFails',
  abandoned: 'callAbandoned',
} as const;

function call({ stage, name, text, code, socket, link, size = 0 }: CallEvent): Sorted {
  const texts = {
    begins: `${name}(${text})`,
    returns: text === '' ? name : `${name} → ${text}`,
    fails: `${name}: ${[code, text].filter((part) => part && !text.includes(`${part}:`)).join(' ')}`,
    abandoned: `${name} abandoned`,
  };
  return { subject: { kind: 'socket', number: socket }, kind: callKinds[stage], text: texts[stage], size, link };
}

function virtual({ kind, text }: VirtualEvent): Sorted {
  const marbleKind = kind === 'hint' || kind === 'fault' ? kind : 'report';
  return { subject: { kind: 'virtual' }, kind: marbleKind, text, size: 0, link: undefined };
}
