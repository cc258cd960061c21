import { type SchedulerLike, Subject } from 'rxjs';

/** What a virtual modem knows, and no modem could say: why something cannot be as it is here. */
export interface Hint {
  readonly message: string;
  /** The operating system's own word for it, where it has one: `'EADDRINUSE'`. */
  readonly code?: string;
}

/** Something that went on in a virtual modem, for people to read. Keys are not in it. */
export interface EmulatorEvent {
  /** Milliseconds, by the emulator's scheduler. */
  readonly at: number;
  readonly kind: 'command' | 'link' | 'server' | 'wifi' | 'modem' | 'hint';
  readonly text: string;
}

/** What goes on in the modem, for whoever wants to know. */
export class Report {
  private readonly events = new Subject<EmulatorEvent>();
  private readonly hints = new Subject<Hint>();
  /** Hot. */
  readonly events$ = this.events.asObservable();
  /** Hot: ahead of the answer that is explained by it. */
  readonly hints$ = this.hints.asObservable();

  constructor(private readonly scheduler: SchedulerLike) {}

  /** A command and what came of it. */
  command(shown: string, answer: string, since: number): void {
    const took = Math.round(this.scheduler.now() - since);
    this.tell('command', `${shown} → ${answer}, ${took} ms`);
  }

  tell(kind: EmulatorEvent['kind'], text: string): void {
    this.events.next({ at: this.scheduler.now(), kind, text });
  }

  hint(hint: Hint): void {
    this.tell('hint', hint.message);
    this.hints.next(hint);
  }

  end(): void {
    this.events.complete();
    this.hints.complete();
  }
}

/** The network's name in the beginning of a line with a key. */
const withKey = /^(AT\+CW(?:JAP|SAP)(?:_CUR|_DEF)?=(?:"(?:[^"\\]|\\.)*")?).*$/is;
const secret = /^AT\+(CWJAP|CWSAP|CIPSSLCPSK)/i;

/** A line as it may be shown: without a key, and of one that is no command of the modem's no more than its name. */
export function shownLine(line: string, isKnown: (name: string) => boolean): string {
  const [, name = '', tail = ''] = /^AT([^=?]*)(.*)$/is.exec(line) ?? [];
  const [, base = name] = /^(.*?)(?:_CUR|_DEF)?$/i.exec(name) ?? [];
  if (!/^AT/i.test(line)) return `a line of ${line.length} bytes that is no command`;
  if (secret.test(line) && tail.startsWith('=')) {
    const [, beginning = `AT${name}=`] = withKey.exec(line) ?? [];
    return `${printable(beginning)}…`;
  }
  if (isKnown(base.toUpperCase())) return printable(line);
  return `AT${printable(name.slice(0, 24))}${tail === '' || /^=?\?$/.test(tail) ? tail : '=…'}`;
}

/** The line's bytes as text that leaves a terminal as it is. */
function printable(line: string): string {
  return Buffer.from(line, 'latin1')
    .toString('utf8')
    .replace(/\p{Cc}/gu, '\ufffd');
}
