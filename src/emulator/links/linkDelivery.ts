import type { Platform } from '../firmware/platform';
import type { Delivery } from './inbox';
import type { LinkMessages } from './linkMessages';
import type { VirtualLink } from './virtualLink';

/** The size of the modem's UART buffer. When this many printed bytes wait, no more payload is taken from the peers. */
const uartBuffer = 2048;

/** What the encryption of a TLS record adds, in bytes. */
const recordOverhead = 29;

export interface LinkDeliveryOptions {
  /** The links by number. */
  readonly table: readonly (VirtualLink | undefined)[];
  readonly messages: LinkMessages;
  readonly isFrozen: () => boolean;
  /** Called when a peer has ended and the host has got everything that it sent. */
  readonly finish: (link: VirtualLink) => void;
}

/**
 * Delivers the data of the links to the host: as blocks, as notices of passive receive, or without a header in
 * passthrough.
 */
export class LinkDelivery {
  /** The link in passthrough. */
  private passthrough: VirtualLink | undefined;
  /** The link that may deliver next: the one after the last that did. Calls that deliver nothing do not change it. */
  private turn = 0;
  private pumping = false;
  private again = false;

  constructor(
    private readonly platform: Platform,
    private readonly options: LinkDeliveryOptions,
  ) {}

  /** Passthrough suppresses the messages about links, unless `AT+SYSMSG` says otherwise. */
  get silent(): boolean {
    return this.passthrough !== undefined && (this.platform.memory.settings.messages & 4) === 0;
  }

  /** Puts a link into passthrough, or ends it. */
  setPassthrough(link: VirtualLink | undefined): void {
    this.passthrough = link;
    this.pump();
  }

  isPassive({ kind }: VirtualLink): boolean {
    return this.platform.memory.settings.passive && (kind === 'TCP' || this.platform.personality.passiveAll);
  }

  /** Turns passive receive on or off. What waits then is delivered, unless a fault keeps it. */
  setPassive(isPassive: boolean): void {
    const { memory, faults } = this.platform;
    if (isPassive !== memory.settings.passive) {
      for (const link of this.options.table) {
        if (link?.kind === 'TCP')
          link.keepsWaiting = !isPassive && faults.keepWaiting !== undefined && link.inbox.length > 0;
      }
    }
    memory.settings.passive = isPassive;
    this.pump();
  }

  /** The length that a notice shows. For TLS, it is that of the encrypted bytes, which is more than can be read. */
  announcedLength({ inbox: { length }, kind }: VirtualLink): number {
    return length > 0 && kind === 'SSL' ? length + recordOverhead : length;
  }

  /** Delivers to the host as much as the line can take. The links take turns. */
  pump(): void {
    // Printing may make the host write, which may call this again.
    this.again = true;
    if (this.pumping) return;
    this.pumping = true;
    const { table, isFrozen } = this.options;
    while (this.again && !isFrozen()) {
      this.again = false;
      const first = this.turn;
      for (let step = 0; step < table.length; step++) {
        const link = table[(first + step) % table.length];
        if (link !== undefined) this.serve(link);
      }
    }
    this.pumping = false;
  }

  /** Ends the link's passthrough without delivering the data of the others. */
  forget(link: VirtualLink): void {
    if (this.passthrough === link) this.passthrough = undefined;
  }

  private serve(link: VirtualLink): void {
    if (link === this.passthrough) this.passOn(link);
    else if (this.isPassive(link)) this.announce(link);
    else this.deliver(link);
    const isDue = link.ended && !link.acknowledging && this.mayFinish(link);
    if (isDue && this.options.table[link.id] === link) this.options.finish(link);
  }

  private passOn(link: VirtualLink): void {
    const delivery = this.next(link);
    if (delivery === undefined) return;
    this.platform.output.print(delivery.bytes);
    this.again = true;
  }

  private deliver(link: VirtualLink): void {
    const delivery = this.next(link);
    if (delivery === undefined) return;
    // These data may have been announced before passive receive was turned off. Later data are not announced.
    link.announced = false;
    this.turn = (link.id + 1) % this.options.table.length;
    this.platform.output.unsolicited(this.options.messages.data(link.id, delivery));
    this.again = true;
  }

  private next(link: VirtualLink): Delivery | undefined {
    const { output, personality, faults } = this.platform;
    if (this.passthrough !== undefined && link !== this.passthrough) return undefined;
    if (output.backlog >= uartBuffer) return undefined;
    if (link.keepsWaiting) {
      if (faults.keepWaiting?.overtake === true) return link.inbox.overtake(personality.block);
      while (link.inbox.admit() !== undefined);
      return undefined;
    }
    return link.inbox.push(personality.block);
  }

  private announce(link: VirtualLink): void {
    const { output, personality } = this.platform;
    const notify = (length: number): void => output.unsolicited(this.options.messages.notice(link.id, length));
    if (personality.noticeEachArrival) {
      // One by one, because a fast host reads inside a notice, and the next notice then has another length.
      for (let length = link.inbox.admit(); length !== undefined; length = link.inbox.admit()) notify(length);
      return;
    }
    while (link.inbox.admit() !== undefined);
    if (link.announced || link.reading || link.inbox.length === 0) return;
    link.announced = true;
    notify(this.announcedLength(link));
  }

  private mayFinish(link: VirtualLink): boolean {
    const waits = link.keepsWaiting || this.isPassive(link);
    if (!waits || link === this.passthrough) return link.inbox.empty;
    if (this.platform.personality.closeAfterRead) return link.inbox.empty && !link.reading;
    return link.inbox.complete;
  }
}
