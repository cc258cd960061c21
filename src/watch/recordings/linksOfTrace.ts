import type { LinkDetails } from '../../esp8285';
import type { SaidEvent } from '../events/watchEvent';

/** Opens a link. Its number is missing with `AT+CIPMUX=0`. The remote host is in quotation marks. */
const start = /^AT\+CIPSTART=(?:([0-4]),)?"(TCP|SSL|UDP)(?:v6)?","([^"]*)",(\d{1,5})/i;
/** Closes a link, or all of them with 5. */
const close = /^AT\+CIPCLOSE(?:=([0-5]))?$/;
/** One line of the answer to `AT+CIPSTATUS`. */
const status = /^\+CIPSTATUS:([0-4]),"(TCP|SSL|UDP)(?:v6)?","([^"]*)",(\d{1,5}),/i;

const kinds: Readonly<Record<string, LinkDetails['kind']>> = { TCP: 'tcp', SSL: 'tls', UDP: 'udp' };
const allLinks = 5;

/** What a recorded conversation tells about the links of the modem. */
export class LinksOfTrace {
  private readonly links = new Map<number, LinkDetails>();
  private command = '';

  /** The links in use, by ascending number. */
  get all(): readonly LinkDetails[] {
    return [...this.links.values()].sort((one, other) => one.id - other.id);
  }

  /** The modem starts again, or has left its network. */
  clear(): void {
    this.links.clear();
  }

  take({ direction, kind, link = 0, size, text }: SaidEvent): void {
    if (direction === 'to modem') {
      if (kind === 'data') this.change(link, ({ sent }) => ({ sent: sent + size }));
      else this.asked(text);
    } else if (kind === 'opened') {
      this.links.set(link, { ...(this.links.get(link) ?? fresh(link, 'tcp')), stage: 'open' });
    } else if (kind === 'closed') {
      this.links.delete(link);
    } else if (kind === 'notice') {
      this.change(link, () => ({ waiting: parseInt(text, 10) }));
    } else if (kind === 'block') {
      this.change(link, (old) => ({ received: old.received + size, waiting: Math.max(0, old.waiting - size) }));
    } else if (kind === 'final') {
      this.answered(text === 'OK');
    } else {
      const [, id, type = '', address, port] = status.exec(text) ?? [];
      if (id !== undefined) this.put(Number(id), type, 'open', address, port);
    }
  }

  private asked(command: string): void {
    this.command = command;
    const [, id = '0', type, address, port] = start.exec(command) ?? [];
    if (type !== undefined && !this.links.has(Number(id))) this.put(Number(id), type, 'opening', address, port);
  }

  private answered(isDone: boolean): void {
    const [, started = '0', type] = start.exec(this.command) ?? [];
    const opened = type === undefined ? undefined : this.links.get(Number(started));
    if (!isDone && opened?.stage === 'opening') this.links.delete(opened.id);
    const closing = close.exec(this.command);
    if (!isDone || !closing) return;
    const closed = Number(closing[1] ?? 0);
    if (closed === allLinks) this.clear();
    else this.links.delete(closed);
  }

  private put(id: number, type: string, stage: LinkDetails['stage'], address = '', port = ''): void {
    const link = this.links.get(id) ?? fresh(id, kinds[type.toUpperCase()] ?? 'tcp');
    const remote = link.kind === 'udp' ? {} : { remote: { address, port: Number(port) } };
    this.links.set(id, { ...link, ...remote, stage });
  }

  private change(id: number, changed: (link: LinkDetails) => Partial<LinkDetails>): void {
    const link = this.links.get(id);
    if (link) this.links.set(id, { ...link, ...changed(link) });
  }
}

function fresh(id: number, kind: LinkDetails['kind']): LinkDetails {
  return { id, kind, stage: 'opening', received: 0, sent: 0, queued: 0, waiting: 0, isHeld: false };
}
