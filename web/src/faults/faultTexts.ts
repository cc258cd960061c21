import type { Fault } from 'rx-usocket/emulator';

/** What the page says of a fault. */
export interface FaultText {
  readonly group: FaultGroup;
  readonly title: string;
  /** What it does, in a sentence. */
  readonly does: string;
  /** What is in force for an argument that is left out. */
  readonly defaults?: Readonly<Record<string, string>>;
}

export type FaultGroup = 'Line' | 'Chip' | 'Messages' | 'Network';

export const faultGroups: readonly FaultGroup[] = ['Line', 'Chip', 'Messages', 'Network'];

const untilReset = { for: 'until a reset' };
const oneByte = { bytes: '1', after: '0', from: 'modem' };

const texts: Readonly<Record<Fault['kind'], FaultText>> = {
  lose: { group: 'Line', title: 'Lose bytes', does: 'The next bytes from one side are lost.', defaults: oneByte },
  flip: { group: 'Line', title: 'Change bytes', does: 'The next bytes have a bit flipped.', defaults: oneByte },
  marginal: {
    group: 'Line',
    title: 'Weak line',
    does: 'Above this speed, one byte in so many has a bit flipped.',
    defaults: { above: '115200', every: '50', from: 'both' },
  },
  silence: {
    group: 'Line',
    title: 'Silence',
    does: 'Nothing comes from the modem, and nothing reaches it.',
    defaults: untilReset,
  },
  unplug: { group: 'Line', title: 'Pull the cable', does: 'The line fails, and the modem is switched off.' },
  reset: { group: 'Chip', title: 'Restart', does: 'The chip restarts: noise, then “ready”. All links are lost.' },
  'brown-out': {
    group: 'Chip',
    title: 'Brown-out',
    does: 'The supply voltage drops: garbage, then a restart.',
    defaults: { bytes: '64' },
  },
  watchdog: { group: 'Chip', title: 'Watchdog', does: 'The watchdog fires: its message, then a restart.' },
  'cut-block': {
    group: 'Chip',
    title: 'Restart in a block',
    does: 'The chip restarts inside the next block of data.',
    defaults: { after: 'half' },
  },
  busy: { group: 'Chip', title: 'Busy', does: 'Every command is answered with “busy p...”.', defaults: untilReset },
  'log-leak': {
    group: 'Chip',
    title: 'Log lines',
    does: 'A line of the log leaks before each passive read.',
    defaults: untilReset,
  },
  'lose-prompt': { group: 'Messages', title: 'Lose a prompt', does: 'The prompt of the next send is lost.' },
  'lose-reply': { group: 'Messages', title: 'Lose an answer', does: 'The whole answer of the next command is lost.' },
  'lose-result': {
    group: 'Messages',
    title: 'Lose a result',
    does: 'The line that ends the next answer is lost, or replaced.',
    defaults: { as: 'nothing' },
  },
  'lose-notice': { group: 'Messages', title: 'Lose a notice', does: 'The next notice of waiting data is lost.' },
  'lose-closed': { group: 'Messages', title: 'Lose an end', does: 'The next message that a peer has closed is lost.' },
  'send-fail': { group: 'Messages', title: 'Fail a send', does: 'The next send ends in “SEND FAIL”.' },
  'keep-waiting': {
    group: 'Messages',
    title: 'Keep waiting data',
    does: 'What waits is not pushed when pushing is turned on again.',
  },
  'wifi-lost': {
    group: 'Network',
    title: 'Lose the Wi-Fi',
    does: 'The access point goes away. Links close, close late, or survive.',
    defaults: { for: 'until a reset', links: 'close' },
  },
  'dhcp-lost': {
    group: 'Network',
    title: 'Lose the address',
    does: 'DHCP stops: the modem has no address, and its links close.',
    defaults: untilReset,
  },
};

/** What the page says of a fault. Another version of the package may have others. */
export function textOf(kind: string): FaultText {
  const known: Readonly<Record<string, FaultText>> = texts;
  return known[kind] ?? { group: 'Chip', title: kind, does: 'A fault that this page does not know.' };
}

/** The labels of the arguments. */
export const argumentLabels: Readonly<Record<string, string>> = {
  for: 'for, ms',
  bytes: 'bytes',
  after: 'after bytes',
  from: 'from',
  above: 'above, baud',
  every: 'one in',
  links: 'links',
  as: 'replaced by',
  loseReady: 'hide “ready”',
  overtake: 'later data first',
  thenOk: 'then “SEND OK”',
};
