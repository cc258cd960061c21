import { from, type Observable, tap } from 'rxjs';
import type { Uart } from 'rx-usocket';

/** Opens the line of a source. */
export type OpenLine = (baudRate: number) => Uart;

/** The line of a program, which has one at a time. */
export class OpenLines {
  private open: Uart | undefined;

  constructor(
    private readonly openLine: OpenLine,
    private readonly closed: () => void,
  ) {}

  /** Whether a line is open. */
  get isOpen(): boolean {
    return this.open !== undefined;
  }

  /** Throws an error with a code when the program has opened the line already. */
  take(baudRate: number): Uart {
    if (this.open) {
      const message =
        'open: this program has the line of the page open already; close it, or use the same machine.UART';
      throw Object.assign(new Error(message), { code: 'EBUSY' });
    }
    const line = (this.open = this.openLine(baudRate));
    const released = (): void => {
      if (this.open !== line) return;
      this.open = undefined;
      this.closed();
    };
    const closing = (): Observable<unknown> => from(line.close()).pipe(tap({ complete: released }));
    return Object.create(line, { close: { value: closing } }) as Uart;
  }

  close(): void {
    const { open } = this;
    this.open = undefined;
    if (open) from(open.close()).subscribe({ error: () => undefined });
  }
}
