import { within } from '../../../harness/time/limits';
import type { Emulator } from '../../../src/emulator';

/** How long a host waits for what it expects before it fails with what came instead, in milliseconds. */
const patience = 3000;

/** A host on the serial line of a virtual modem. It types, and reads what comes byte for byte. */
export class TestHost {
  /** What has come and has not been read, one character per byte. */
  unread = '';
  private wake: (() => void) | undefined;

  constructor(readonly emulator: Emulator) {
    emulator.uart.rx$.subscribe({
      next: (chunk) => {
        this.unread += Buffer.from(chunk).toString('latin1');
        this.wake?.();
      },
      error: () => this.wake?.(),
    });
  }

  /** Writes bytes, given as characters. */
  type(text: string): void {
    this.emulator.uart.write(Buffer.from(text, 'latin1')).subscribe({ error: () => undefined });
  }

  /** Reads exactly this text. */
  async reads(expected: string): Promise<void> {
    await this.wait(() => this.unread.length >= expected.length || !expected.startsWith(this.unread), expected);
    const got = this.unread.slice(0, expected.length);
    if (got !== expected)
      throw new Error(`expected ${JSON.stringify(expected)}\n but got ${JSON.stringify(this.unread)}`);
    this.unread = this.unread.slice(expected.length);
  }

  /** Reads up to the end of the first match, and returns all of it. */
  async readsUntil(pattern: RegExp): Promise<string> {
    await this.wait(() => pattern.test(this.unread), String(pattern));
    const match = pattern.exec(this.unread);
    const end = match === null ? 0 : match.index + match[0].length;
    const read = this.unread.slice(0, end);
    this.unread = this.unread.slice(end);
    return read;
  }

  /** Writes a command line, and reads exactly this answer. */
  async asks(command: string, answer = '\r\nOK\r\n'): Promise<void> {
    this.type(`${command}\r\n`);
    await this.reads(answer);
  }

  /** Checks that nothing more has come: the next command is answered with nothing but its answer. */
  async readsNothing(): Promise<void> {
    await this.asks('AT');
  }

  private wait(ready: () => boolean, what: string): Promise<void> {
    if (ready()) return Promise.resolve();
    const woken = new Promise<void>((resolve) => {
      this.wake = () => {
        if (ready()) resolve();
      };
    });
    return within(patience, woken, () => {
      throw new Error(`waited for ${JSON.stringify(what)}\n but got ${JSON.stringify(this.unread)}`);
    });
  }
}
