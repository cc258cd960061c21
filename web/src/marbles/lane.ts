import { NumberQueue } from './numberQueue';

/** What a lane shows. */
export type LaneSubject =
  | { readonly kind: 'toModem' | 'fromModem' | 'commands' | 'notices' | 'wifi' | 'notes' | 'virtual' | 'missed' }
  /** The number of a link, or that of a lane for sockets. */
  | { readonly kind: 'link' | 'socket'; readonly number: number };

const names: Readonly<Record<LaneSubject['kind'], string>> = {
  toModem: 'To modem',
  fromModem: 'From modem',
  commands: 'Commands',
  notices: 'Notices',
  wifi: 'Wi-Fi',
  link: 'Link',
  socket: 'Socket',
  notes: 'Driver',
  virtual: 'Virtual modem',
  missed: 'Missed',
};

const order = Object.keys(names);

/** A lane and the numbers of its marbles. */
export class Lane {
  readonly all = new NumberQueue();
  readonly errors = new NumberQueue();
  /** The socket that had the lane last, and how many others had it before. */
  socket: number | undefined;
  othersBefore = 0;

  /** @param id Its number in the columns. */
  constructor(
    readonly id: number,
    readonly subject: LaneSubject,
  ) {}

  get name(): string {
    const { subject, socket, othersBefore } = this;
    if (socket !== undefined) return `Socket ${socket}${othersBefore > 0 ? ` (+${othersBefore})` : ''}`;
    return 'number' in subject ? `${names[subject.kind]} ${subject.number}` : names[subject.kind];
  }

  /** Says whether it is above another lane, as the difference of two numbers. */
  compare({ subject }: Lane): number {
    const numberOf = (one: LaneSubject) => ('number' in one ? one.number : 0);
    const places = order.indexOf(this.subject.kind) - order.indexOf(subject.kind);
    return places || numberOf(this.subject) - numberOf(subject);
  }

  /** A socket has this lane now. */
  use(socket: number): void {
    if (this.socket !== undefined && this.socket !== socket) this.othersBefore++;
    this.socket = socket;
  }

  /** A word that no other lane has. */
  get key(): string {
    return keyOf(this.subject);
  }
}

export function keyOf(subject: LaneSubject): string {
  return 'number' in subject ? `${subject.kind}-${subject.number}` : subject.kind;
}
