import { concat, defer, from, map, merge, type Observable, Subject, type Subscription } from 'rxjs';

import type { Emulator } from '../serve/emulator';
import type { EmulatorEvent } from '../simulation/report';

/** The subjects of entries: `heard` for a line of the host when it comes, and those of the events. */
export const entryKinds = [
  'heard',
  'command',
  'link',
  'server',
  'wifi',
  'modem',
  'hint',
  'fault',
] as const satisfies readonly (EmulatorEvent['kind'] | 'heard')[];

/** Something that happened in the modem. */
export interface Entry {
  /** Counts from 1. */
  readonly n: number;
  /** Milliseconds, by the virtual modem's scheduler. */
  readonly at: number;
  readonly kind: (typeof entryKinds)[number];
  readonly text: string;
}

/** The most entries that are kept. */
const most = 1000;

/** What happened in a virtual modem, numbered, since this was made. */
export class Journal {
  private readonly kept: Entry[] = [];
  private readonly entries = new Subject<Entry>();
  private readonly writing: Subscription;
  private last = 0;

  constructor({ heard$, events$ }: Emulator) {
    this.writing = merge(heard$.pipe(map((line) => ({ ...line, kind: 'heard' as const }))), events$).subscribe({
      next: (event) => this.write({ n: ++this.last, ...event }),
      complete: () => this.entries.complete(),
      error: (error: unknown) => this.entries.error(error),
    });
  }

  /** The number of the last entry. */
  get length(): number {
    return this.last;
  }

  /** The entries after this number that are still kept. */
  since(n: number): readonly Entry[] {
    return this.kept.filter((entry) => entry.n > n);
  }

  /** The kept entries after this number, and then those that come. Completes when the modem is switched off. */
  from(n = this.last): Observable<Entry> {
    return defer(() => concat(from(this.since(n)), this.entries));
  }

  end(): void {
    this.writing.unsubscribe();
    this.entries.complete();
  }

  private write(entry: Entry): void {
    if (this.kept.push(entry) > most) this.kept.shift();
    this.entries.next(entry);
  }
}
