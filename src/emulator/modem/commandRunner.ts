import { concat, defer, EMPTY, type Observable, Subscription } from 'rxjs';

import type { Platform } from '../firmware/platform';
import { errorCode, Refusal } from '../firmware/refusal';
import type { ChunkPlace } from '../line/input';
import type { Print } from '../line/output';
import { shownLine } from '../simulation/report';

/** The effects of a command line. */
export interface Action {
  /** The output of the command. Completing means `OK`; a {@link Refusal} as its error means `ERROR` or `FAIL`. */
  readonly prints$: Observable<Print>;
  /** Whether the command prints its result itself, instead of `OK`. */
  readonly hasOwnResult: boolean;
  /** Called when the result has been printed. */
  after(): void;
}

/** The commands of a firmware. */
export interface CommandSet {
  /** Whether there is a command of this name, without its suffix. */
  knows(name: string): boolean;
  /**
   * Carries out a line, up to the first thing that takes time.
   *
   * @throws Refusal for a command that this firmware does not have, or that cannot be carried out.
   */
  carryOut(line: string): Action;
}

export interface CommandRunnerOptions {
  readonly platform: Platform;
  readonly commands: CommandSet;
  /** Restarts the modem, for an `AT+RST` that comes while it is busy. */
  readonly restart: () => void;
}

/** Runs one command at a time. A line that comes meanwhile is answered with `busy` and dropped. */
export class CommandRunner {
  private running = false;
  /** How many commands have begun. */
  private begun = 0;
  /** All running tasks. A command may go on after its result. */
  private tasks = new Subscription();
  private sending = false;
  /** Whether the running command has said that it has taken its payload. */
  private mute = false;
  /** The running command, for the report. */
  private shown = '';
  private since = 0;

  constructor(private readonly options: CommandRunnerOptions) {}

  get busy(): boolean {
    return this.running;
  }

  /** The running command has taken its payload. Until it ends, a line is answered with the `busy` of a send. */
  markSending(): void {
    this.sending = this.running;
  }

  /** The running command has said that it has taken its payload. */
  markTaken(): void {
    this.mute = this.sending;
  }

  /** Drops what comes while a command runs, in firmware that does not wait for the end of the line. Returns whether it has. */
  drops(bytes: Buffer, place: ChunkPlace): boolean {
    const { personality, faults } = this.options.platform;
    if (!personality.busyPerChunk) return false;
    if (place !== 'surplus' && !this.running && !faults.busy) return false;
    const [line = ''] = bytes.toString('latin1').split('\r\n', 1);
    const isMute = this.mute && personality.muteSends;
    if (place === 'surplus') this.callBusy(line);
    else if (this.mayRestart(line)) this.execute(line, false);
    else if (place === 'beginning' && isMute) this.heard(line);
    else if (place === 'beginning') this.callBusy(line);
    return true;
  }

  execute(line: string, overlong: boolean): void {
    const { platform, restart } = this.options;
    const { output, faults, report, scheduler } = platform;
    if (this.mayRestart(line)) {
      const shown = this.heard(line);
      this.abort();
      report.command(shown, 'OK', scheduler.now());
      output.print('\r\nWill force to restart!!!\r\n');
      output.print('\r\nOK\r\n');
      restart();
    } else if (this.running || faults.busy) {
      this.callBusy(line);
    } else {
      this.shown = this.heard(line);
      this.since = scheduler.now();
      this.start(this.answer(line, overlong));
    }
  }

  /** Gives up the running command without printing anything. */
  abort(): void {
    this.settle('given up');
    this.tasks.unsubscribe();
    this.tasks = new Subscription();
  }

  /** Prints the output of a task in the background, until the task is done or the modem restarts. */
  background(task$: Observable<Print>): void {
    const { output } = this.options.platform;
    this.tasks.add(task$.subscribe({ next: (print) => output.unsolicited(print), error: () => undefined }));
  }

  /** Prints the result of a command. The command is over before its last print reaches the host. */
  result(print: Print): Observable<Print> {
    return defer(() => {
      this.settle(typeof print === 'string' ? print.trim() || 'OK' : 'OK');
      return [print];
    });
  }

  /** Whether a line restarts the modem, although it is busy. */
  private mayRestart(line: string): boolean {
    const { faults } = this.options.platform;
    return (faults.busy || (this.running && !this.sending)) && /^AT\+RST$/i.test(line);
  }

  private callBusy(line: string): void {
    const { personality, output, memory, report, scheduler } = this.options.platform;
    const shown = this.heard(line);
    if (personality.family === 'E' && memory.settings.errorCodes) output.print(errorText(errorCode.busy));
    const busy = this.sending ? personality.busySending : personality.busyRunning;
    output.print(busy);
    report.command(shown, busy.trim(), scheduler.now());
  }

  /** Reports a line, and returns it for the report. */
  private heard(line: string): string {
    const { platform, commands } = this.options;
    const shown = shownLine(line, (name) => commands.knows(name));
    platform.report.heard(shown);
    return shown;
  }

  private start(answer$: Observable<Print>): void {
    const { output, delays, faults } = this.options.platform;
    this.running = true;
    this.begun++;
    output.answering = true;
    const isLost = faults.loseReply;
    faults.loseReply = false;
    const say = (print: Print): void => {
      if (!isLost) output.print(this.running ? print : faults.ending(print));
    };
    this.tasks.add(
      concat(delays.after('command'), answer$).subscribe({
        next: (print) => {
          output.interleave();
          say(print);
        },
        error: (error: unknown) => this.refuse(error, say),
      }),
    );
  }

  /** Everything that a command prints, including its result. */
  private answer(line: string, overlong: boolean): Observable<Print> {
    return defer(() => {
      if (overlong) throw new Refusal('', errorCode.length);
      const { begun } = this;
      const action = this.options.commands.carryOut(line);
      const after$ = defer(() => {
        action.after();
        return [];
      });
      // A fast host has given the next command while a command printed its own result.
      const end$ = defer(() => (begun === this.begun ? this.result('') : EMPTY));
      return concat(action.prints$, action.hasOwnResult ? end$ : this.result('\r\nOK\r\n'), after$);
    });
  }

  private refuse(error: unknown, say: (print: Print) => void): void {
    const { personality, output, memory } = this.options.platform;
    const { words, code, result, after$ } = error instanceof Refusal ? error : new Refusal('', errorCode.failed);
    const why = [words, code === errorCode.unsupported ? 'no such command' : ''].filter((part) => part !== '');
    this.settle([result, ...why.map((part) => `(${part})`)].join(' '));
    output.interleave();
    if (personality.words && words !== '') say(`${words}\r\n`);
    if (personality.family === 'E' && memory.settings.errorCodes) say(errorText(code));
    say(result === 'FAIL' ? personality.failResult : '\r\nERROR\r\n');
    this.background(after$);
    if (!(error instanceof Refusal)) throw error;
  }

  private settle(answer: string): void {
    const { output, report } = this.options.platform;
    if (this.running) report.command(this.shown, answer, this.since);
    this.running = false;
    this.sending = this.mute = false;
    output.answering = false;
  }
}

function errorText(code: number): string {
  return `ERR CODE:0x${code.toString(16).padStart(8, '0')}\r\n`;
}
