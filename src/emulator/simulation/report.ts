import { type SchedulerLike, Subject } from 'rxjs';

import type { LineHint } from '../../streams';
import type { Fault } from './fault';

/** Something that happened in a virtual modem, for people to read. Wi-Fi keys are never in it. */
export interface EmulatorEvent {
  /** Milliseconds, by the virtual modem's scheduler. */
  readonly at: number;
  /**
   * The subject: a `command` and its result, a `link`, the listening `server`, the `wifi` station, a restart of the
   * `modem`, a `hint` at a cause outside the modem, or a `fault` that the modem was given.
   */
  readonly kind: 'command' | 'link' | 'server' | 'wifi' | 'modem' | 'hint' | 'fault';
  /** One line of text, as `link 0: closed by the peer; 12 bytes came, 3 went`. */
  readonly text: string;
}

/** What the host has typed up to a line end, before the modem carries it out. */
export interface HeardLine {
  /** Milliseconds, by the virtual modem's scheduler. */
  readonly at: number;
  /** The line without a key, as `AT+CWJAP="my-ssid",…`. What is no command is shown by its length. */
  readonly text: string;
}

/** Reports what happens in the modem. */
export class Report {
  private readonly events = new Subject<EmulatorEvent>();
  private readonly hints = new Subject<LineHint>();
  private readonly lines = new Subject<HeardLine>();
  /** Hot. */
  readonly events$ = this.events.asObservable();
  /** Hot. A hint comes before the answer that it explains. */
  readonly hints$ = this.hints.asObservable();

  /** Hot. */
  readonly heard$ = this.lines.asObservable();

  constructor(private readonly scheduler: SchedulerLike) {}

  /** A line of the host has come. */
  heard(shown: string): void {
    this.lines.next({ at: this.scheduler.now(), text: shown });
  }

  /** A command, its result, and when it began. */
  command(shown: string, answer: string, since: number): void {
    const took = Math.round(this.scheduler.now() - since);
    this.tell('command', `${shown} → ${answer}, ${took} ms`);
  }

  tell(kind: EmulatorEvent['kind'], text: string): void {
    this.events.next({ at: this.scheduler.now(), kind, text });
  }

  /** The modem was given a fault. It comes before what the fault does. */
  fault({ kind, ...given }: Fault): void {
    const words = Object.entries(given).map(([name, value]) => `${name} ${String(value)}`);
    this.tell('fault', [kind, ...words].join(', ').replace(/\p{Cc}/gu, '\ufffd'));
  }

  hint(hint: LineHint): void {
    this.tell('hint', hint.message);
    this.hints.next(hint);
  }

  end(): void {
    this.events.complete();
    this.hints.complete();
    this.lines.complete();
  }
}

/** The name of a command, and what follows it. */
const named = /^AT(\+\w*|[A-Z]\d?)?(.*)$/is;
/** A command with a key, up to the end of the name of the network if that is whole. */
const withKey = /^(AT\+CW(?:JAP|SAP)(?:_CUR|_DEF)?=(?:"(?:[^"\\]|\\.)*"(?=,"))?).*$/is;
/** A command with a key, or one that such a command may have become by damage. */
const secret = /^\+(?:CW[A-Z]AP|CIPSSLCPSK)$/;

/**
 * A line without its key, for people. A line that is damaged may have a key anywhere, so nothing but the name is shown of a
 * command that the modem does not know, or that is not written as commands are.
 */
export function shownLine(line: string, isKnown: (name: string) => boolean): string {
  const [whole, name = '', tail = ''] = named.exec(line) ?? [];
  const base = name.toUpperCase().replace(/_(?:CUR|DEF)$/, '');
  const hasArguments = name !== '' && /^=[^?]/s.test(tail);
  const shown = `AT${name.slice(0, 24)}`;
  if (whole !== undefined && /^(?:=?\?)?$/.test(tail)) return `${shown}${tail}`;
  if (whole === undefined || !(hasArguments || isKnown(base))) {
    return `a line of ${line.length} bytes that is not a command`;
  }
  if (!hasArguments) return `${shown}…`;
  if (isKnown(base) && !secret.test(base)) return printable(line);
  const [, beginning = `${shown}=`] = withKey.exec(line) ?? [];
  return `${printable(beginning)}…`;
}

/** The line's bytes as UTF-8 text without control characters, so that a terminal shows them and nothing else. */
function printable(line: string): string {
  return Buffer.from(line, 'latin1')
    .toString('utf8')
    .replace(/\p{Cc}/gu, '\ufffd');
}
