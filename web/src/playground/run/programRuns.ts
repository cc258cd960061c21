import { BehaviorSubject, type Observable, Subject } from 'rxjs';
import type { WatchEvent } from 'rx-usocket/watch';

import type { RealTime } from '../time/adjustableTime';
import { PageFiles } from './files';
import type { IncomingBytes } from './incoming';
import type { OpenLine } from './openLines';
import { Output } from './output';
import { type Program, ProgramRun } from './programRun';

export type RunStage = 'idle' | 'running' | 'stopping';

/** Runs programs of the page on a line, one at a time. */
export class ProgramRuns {
  readonly output = new Output();
  readonly files = new PageFiles();
  /** Replays. */
  readonly stage$: Observable<RunStage>;
  /** Hot: what happens at the interfaces of the programs. */
  readonly events$: Observable<WatchEvent>;
  /** Hot: what comes in over their connections. */
  readonly incoming$: Observable<IncomingBytes>;

  private readonly stage = new BehaviorSubject<RunStage>('idle');
  private readonly events = new Subject<WatchEvent>();
  private readonly incoming = new Subject<IncomingBytes>();
  private current: ProgramRun | undefined;

  constructor(
    private readonly openLine: OpenLine,
    private readonly time: RealTime,
  ) {
    this.stage$ = this.stage.asObservable();
    this.events$ = this.events.asObservable();
    this.incoming$ = this.incoming.asObservable();
  }

  /** Starts a program, when the one before has ended. */
  async run({ code, ...call }: Program): Promise<void> {
    if (this.stage.value !== 'idle') return;
    this.stage.next('running');
    this.output.clear();
    let plain: string;
    try {
      // It is loaded with the first run, because it is larger than the page.
      const { runnable } = await import('./runnable');
      plain = runnable(code);
    } catch (error) {
      const { loc } = error as { readonly loc?: { readonly line: number } };
      this.output.fail(error, loc?.line);
      this.stage.next('idle');
      return;
    }
    if (this.isStopping) {
      this.stage.next('idle');
      return;
    }
    const { time, files, output, events, incoming } = this;
    this.current = new ProgramRun(
      { ...call, code: plain },
      { time, files, output, events, incoming, openLine: this.openLine, ended: () => this.ended() },
    );
  }

  /** Stops the program: as Ctrl-C at first, and soon after that its interfaces, its line and its timers end. */
  stop(): void {
    if (this.stage.value !== 'running') return;
    this.stage.next('stopping');
    this.current?.stop();
  }

  askModem(): void {
    this.current?.askModem();
  }

  /** Ends the program at once. */
  close(): void {
    // A program that is about to start does not.
    if (!this.current && this.stage.value === 'running') this.stage.next('stopping');
    this.current?.end();
  }

  private get isStopping(): boolean {
    return this.stage.value === 'stopping';
  }

  private ended(): void {
    this.current = undefined;
    this.stage.next('idle');
  }
}
