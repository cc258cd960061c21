import type { InterfaceState, SaidEvent, WatchEvent } from 'rx-usocket/watch';

import { History } from './history';
import { LineMeter } from './lineMeter';
import { signalIn } from './signalIn';

const linkColumns = ['link0', 'link1', 'link2', 'link3', 'link4'] as const;

/** Makes the values of the plots from the events of a session. */
export class SessionHistory {
  readonly history = new History();
  private readonly line = new LineMeter(this.history);
  private commandAt: number | undefined;
  private baud: number | undefined;

  /** @param time The time of the event in milliseconds since the first one. */
  take(event: WatchEvent, time: number): void {
    this.line.take(event, time);
    if (event.type === 'said') this.takeSaid(event, time);
    else if (event.type === 'state') this.takeState(event.state, time);
  }

  private takeSaid({ direction, kind, text }: SaidEvent, time: number): void {
    if (direction === 'to modem' && kind === 'command') {
      this.commandAt = time;
    } else if (kind === 'final' && this.commandAt !== undefined) {
      this.history.add('roundTrip', time, time - this.commandAt);
      this.commandAt = undefined;
    } else if (kind === 'line') {
      const signal = signalIn(text);
      if (signal !== undefined) this.history.add('signal', time, signal);
    }
  }

  private takeState({ baud, links, waitingCommands, isDerived }: InterfaceState, time: number): void {
    if (baud !== this.baud) {
      this.baud = baud;
      this.line.setBaud(time, baud);
    }
    if (!isDerived) this.history.add('waitingCommands', time, waitingCommands);
    linkColumns.forEach((column, id) => {
      const link = links.find((other) => other.id === id);
      this.history.add(column, time, link ? link.queued + link.waiting : NaN);
    });
  }
}
