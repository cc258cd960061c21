import type { LinkContext } from '../linkContext';
import type { LinkLife } from '../linkLife';

/** The link whose data come. */
export interface InboundLink {
  readonly life: LinkLife;
  readonly isEncrypted: boolean;
}

/** The way in which the data of one link come: as the receive mode says, and as its last change has left it. */
export class LinkWay {
  /** Since the last change of the receive mode: whether data that were pushed before it, or notices, may still come. */
  private isLate = false;
  /** Whether data may wait that the modem has not announced, because it was pushing when they came. */
  private isUnsure = false;

  constructor(
    private readonly link: InboundLink,
    private readonly context: Pick<LinkContext, 'receiveMode' | 'dialect'>,
  ) {}

  /** Whether the modem pushes data now. */
  get isPushed(): boolean {
    return this.longestRead === 0;
  }

  /** Whether pushed data may come: now, or late ones from before a change of the receive mode. */
  get mayPush(): boolean {
    return this.isLate || this.context.receiveMode.mayPush(this.link.isEncrypted);
  }

  /** Whether the modem holds data back, except while there is a port for datagrams. */
  get canPull(): boolean {
    return this.context.receiveMode.canPull(this.link.isEncrypted);
  }

  /** Whether the driver chooses how the data come. */
  get isAdaptive(): boolean {
    return this.canPull && this.context.receiveMode.isAdaptive;
  }

  /** Whether the modem may be told to push, and to hold data back again: by the driver, or for a port for datagrams. */
  get mayChange(): boolean {
    return this.canPull && this.context.receiveMode.mayChange;
  }

  /** Whether the modem may announce data. A link whose data are pushed has no notices. */
  get mayNotice(): boolean {
    const { way, isForced } = this.context.receiveMode;
    return this.canPull && (this.isLate || way === 'pulled' || isForced);
  }

  /** Whether NonOS may hold data of a link that has ended, and has not told how many. */
  get mayMiss(): boolean {
    return this.isUnsure && this.context.dialect()?.generation === 'nonos';
  }

  /** The most bytes of one read. For an open link: 0 while the modem pushes its data. */
  get longestPull(): number {
    const { life, isEncrypted } = this.link;
    return life.isDraining ? this.context.receiveMode.longestPullOf(isEncrypted) : this.longestRead;
  }

  /** A client has connected. Its data may come as they did before a change of the receive mode. */
  clientCame(): void {
    this.isLate = this.isAdaptive;
  }

  /** The modem has closed the link. Its data are pulled, but they may have come while the modem was pushing. */
  linkEnded(): void {
    this.isUnsure ||= this.isAdaptive && this.mayPush;
  }

  /** The modem has announced what waits. */
  noticed(): void {
    this.isUnsure = false;
  }

  /** The modem holds data back again. What came while it was pushing may not have been announced. */
  pullAgain(): void {
    this.isLate = this.link.life.isOpen;
    this.isUnsure = this.isAdaptive;
  }

  /** The modem is about to push the data of this link. Its notices may come late. */
  pushSoon(): void {
    this.isLate = true;
  }

  /** The modem has pushed data of this link. */
  pushedCame(): void {
    if (this.isPushed) this.isLate = false;
  }

  /** The modem has answered a read. */
  answered(): void {
    this.isLate &&= this.isPushed;
  }

  /** The modem has answered a read, and had no data. */
  emptied(): void {
    this.answered();
    this.isUnsure = false;
  }

  private get longestRead(): number {
    return this.context.receiveMode.longestReadOf(this.link.isEncrypted);
  }
}
