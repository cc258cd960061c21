import type { ColourName } from '../theme/theme';

/** How a marble is drawn, so that kinds differ by more than their colour. */
export type Shape = 'disc' | 'ring' | 'square' | 'diamond' | 'up' | 'down' | 'cross' | 'bar' | 'flag';

interface Look {
  readonly shape: Shape;
  readonly colour: ColourName;
  /** What it is, for people. */
  readonly words: string;
  /** The group by which it is filtered. */
  readonly group: KindGroup;
  readonly isError?: true;
}

/** The kinds as the filter shows them. */
export type KindGroup = 'bytes' | 'commands' | 'answers' | 'data' | 'links' | 'notices' | 'calls' | 'notes' | 'virtual';

export const kindGroups: Readonly<Record<KindGroup, string>> = {
  bytes: 'Bytes',
  commands: 'Commands',
  answers: 'Answers',
  data: 'Data of links',
  links: 'Links open and end',
  notices: 'Notices',
  calls: 'Calls of sockets',
  notes: 'Notes of the driver',
  virtual: 'Virtual modem',
};

const look = (group: KindGroup, shape: Shape, colour: ColourName, words: string): Look => ({
  group,
  shape,
  colour,
  words,
});
const error = (group: KindGroup, words: string): Look => ({
  group,
  shape: 'cross',
  colour: 'error',
  words,
  isError: true,
});

/** All kinds of marbles. Their order is the number that stands for them. */
const looks = {
  bytesToModem: look('bytes', 'bar', 'to-modem', 'bytes to the modem'),
  bytesFromModem: look('bytes', 'bar', 'from-modem', 'bytes from the modem'),
  command: look('commands', 'square', 'to-modem', 'command'),
  answer: look('answers', 'ring', 'from-modem', 'line of an answer'),
  done: look('answers', 'disc', 'from-modem', 'end of an answer'),
  refused: error('answers', 'refusal'),
  busy: look('answers', 'diamond', 'note', 'busy: the line was dropped'),
  prompt: look('answers', 'up', 'from-modem', 'prompt: the modem waits for data'),
  taken: look('answers', 'disc', 'from-modem', 'the modem has taken the data'),
  sent: look('answers', 'disc', 'from-modem', 'the data are acknowledged'),
  sendFailed: error('answers', 'the data are not acknowledged'),
  dataToModem: look('data', 'up', 'to-modem', 'data sent'),
  dataFromModem: look('data', 'down', 'from-modem', 'data received'),
  waiting: look('data', 'diamond', 'from-modem', 'data wait in the modem'),
  opened: look('links', 'ring', 'link', 'link opened'),
  closed: look('links', 'square', 'link', 'link ended'),
  wifi: look('notices', 'disc', 'from-modem', 'Wi-Fi'),
  wifiLost: look('notices', 'cross', 'note', 'Wi-Fi lost'),
  station: look('notices', 'ring', 'from-modem', 'a station of the own network'),
  booting: look('notices', 'flag', 'note', 'the modem is starting'),
  booted: look('notices', 'flag', 'from-modem', 'the modem has started'),
  notice: look('notices', 'ring', 'from-modem', 'notice'),
  unknown: look('notices', 'diamond', 'note', 'unknown line'),
  damage: error('notices', 'damage of the line'),
  callBegins: look('calls', 'ring', 'link', 'call'),
  callReturns: look('calls', 'disc', 'link', 'call returned'),
  callFails: error('calls', 'call failed'),
  callAbandoned: look('calls', 'diamond', 'note', 'call abandoned'),
  note: look('notes', 'square', 'note', 'note of the driver'),
  report: look('virtual', 'disc', 'muted', 'report of the virtual modem'),
  hint: look('virtual', 'diamond', 'note', 'hint of the virtual modem'),
  fault: look('virtual', 'flag', 'error', 'fault of the virtual modem'),
  missed: error('notes', 'events were missed'),
} satisfies Record<string, Look>;

export type MarbleKind = keyof typeof looks;

export const marbleKinds: Readonly<Record<MarbleKind, Look>> = looks;

/** The kinds by their numbers. */
const kindNames = Object.keys(looks) as readonly MarbleKind[];

const numbers = new Map(kindNames.map((name, number) => [name, number]));

export function kindNumber(kind: MarbleKind): number {
  return numbers.get(kind) ?? 0;
}

export function kindOf(number: number): MarbleKind {
  return kindNames[number] ?? 'notice';
}
