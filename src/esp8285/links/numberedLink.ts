import type { Observable } from 'rxjs';

import type { LineAdvice } from '../../streams';
import type { OSError } from '../../usocket/contract/osError';
import type { Executor } from '../executor/executor';
import type { LineHold } from '../flow/lineHold';
import type { Block } from '../grammar/frame';
import type { LossKind } from './damage';
import type { Reception } from './reception';

/** Most bytes of one `AT+CIPSEND`. */
export const longestSend = 2048;

/** One of the modem's five links, as the table of links sees it, whatever it carries. */
export interface NumberedLink {
  /** 0 to 4. */
  readonly id: number;
  /** The modem has been asked to open it, and has not refused. */
  begun: boolean;
  /** Milliseconds that the modem took over a start that failed. */
  tookToStart: number;
  readonly isOpen: boolean;
  /** Whether it has ever been open. */
  readonly hasOpened: boolean;
  /** Whether it has ended, as far as the modem has said: its number may be another's. */
  readonly isGone: boolean;
  /** The modem may hand its data over unasked. */
  readonly mayPush: boolean;
  /** The modem may say that data wait for it. */
  readonly mayNotice: boolean;

  /** The modem said `CONNECT`. */
  opened(): void;
  /** The modem handed data over. */
  received(block: Block): void;
  /** The modem said how many bytes wait. */
  noticed(length: number): void;
  /** The modem has been asked what it has: so many bytes, of which it can hand over less with TLS, or no such link. */
  taken(length: number, isThere: boolean): void;
  /** The line has lost what may have been data of this link: pushed, or the rest of what is being read. */
  doubt(how: LossKind): void;
  /** The modem has not started again: what has been lost was lost on the line. */
  confirmDoubt(): void;
  /** The line has lost data of this link. */
  damaged(how: LossKind): void;
  /** From now on the modem holds back again what comes. */
  pullAgain(): void;
  /** The network is lost, and perhaps the link with it: {@link taken} tells when it is back. */
  cutOff(): void;
  /** The network is lost for longer than a link lives without it. */
  givenUp(error: OSError): void;
  /** The modem said `CLOSED`. */
  closed(): void;
  /** The modem has started again, or is gone, and the link with it. */
  lost(error: OSError): void;
  /** The modem has closed the link, or has been asked to as well as can be. */
  finish(): void;
}

/** What a link needs of its modem. */
export interface LinkContext {
  readonly executor: Executor;
  readonly reception: Reception;
  readonly hold: LineHold;
  /** Whether the modem is on a network, with an address. */
  readonly hasAddress: () => boolean;
  /** What to look at when the line has lost data. */
  readonly advice: LineAdvice;
  /** Asks the modem now and then, while it is subscribed to, what it has, and tells {@link NumberedLink.taken}. */
  readonly asking$: Observable<never>;
  /** Emits when who closes a link has waited long enough: a modem that is busy closes it later. */
  readonly patience$: Observable<unknown>;
  /** The link's number may be given to another one. */
  readonly free: (link: NumberedLink) => void;
  /** Has the modem close the link, or break it off, whoever waits for that, and calls {@link NumberedLink.finish}. */
  readonly discard: (link: NumberedLink, reset?: boolean) => void;
  /** Has the modem receive as the links that are left need it, whoever waits for that. */
  readonly settle: () => void;
}
