import type { Observable } from 'rxjs';

import { type Catalogue, catalogueOf } from '../commands/catalogue';
import type { Command } from '../commands/command';
import type { Dialect } from '../commands/dialect';
import { askAtLength, type Exchange, sequence, simpleExchange } from './exchange';
import type { Executor } from './executor';

/** A modem that is set up: its dialect, and the ways to ask it something. */
export class Session {
  /** The commands that differ between dialects, in this dialect. */
  readonly commands: Catalogue;

  constructor(
    private readonly executor: Executor,
    readonly dialect: Dialect,
  ) {
    this.commands = catalogueOf(dialect);
  }

  /** Cold: runs an exchange in its turn, and emits its outcome. See {@link Executor.run}. */
  run<T>(exchange: Exchange<T>): Observable<T> {
    return this.executor.run(exchange);
  }

  /** Cold: says a command and emits the lines of its answer. Errors with a `Refusal`, or with `Unanswered`. */
  ask(command: Command): Observable<readonly string[]> {
    return this.executor.ask(command);
  }

  /** The same for a query that takes the modem long; `deadline` is in milliseconds. See {@link askAtLength}. */
  askAtLength(command: Command, deadline: number): Observable<readonly string[]> {
    return this.executor.run(simpleExchange(command, deadline, askAtLength));
  }

  /**
   * Cold: says commands that belong together, one after the other, and emits once at the end. The first refusal ends
   * it.
   */
  sequence(commands: readonly Command[], deadline?: number): Observable<void> {
    return this.executor.run(sequence(commands, deadline));
  }
}
