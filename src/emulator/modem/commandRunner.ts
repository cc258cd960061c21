import { concat, defer, EMPTY, type Observable, Subscription } from 'rxjs';

import type { CommandTable, Context } from '../commands/command';
import { parseCommandLine } from '../firmware/commandLine';
import type { Print } from '../line/output';
import { Refusal, errorCode } from '../firmware/refusal';
import { shownLine } from '../simulation/report';

/** Runs one command at a time. What comes meanwhile is answered with `busy` and forgotten, as the firmware does. */
export class Executor {
  private running = false;
  /** All that goes on: a command may do more after its result. */
  private tasks = new Subscription();
  private sending = false;
  /** The command that runs, for the report. */
  private shown = '';
  private since = 0;

  constructor(
    private readonly context: Context,
    private readonly table: CommandTable,
  ) {}

  get busy(): boolean {
    return this.running;
  }

  /** From here on the running command is a send under way. */
  markSending(): void {
    this.sending = this.running;
  }

  execute(line: string, overlong: boolean): void {
    const { personality, output, faults, memory, report, scheduler } = this.context;
    const shown = shownLine(line, (name) => this.table.knows(name));
    if ((faults.busy || (this.running && !this.sending)) && /^AT\+RST$/i.test(line)) {
      this.abort();
      report.command(shown, 'OK', scheduler.now());
      output.print('\r\nWill force to restart!!!\r\n');
      output.print('\r\nOK\r\n');
      this.context.control.restart();
      return;
    }
    if (this.running || faults.busy) {
      if (personality.family === 'E' && memory.settings.errorCodes) output.print(errorText(errorCode.busy));
      const busy = this.sending ? personality.busySending : personality.busyRunning;
      output.print(busy);
      report.command(shown, busy.trim(), scheduler.now());
      return;
    }
    this.shown = shown;
    this.since = scheduler.now();
    this.start(this.answer(line, overlong));
  }

  /** Gives the running command up without a word. */
  abort(): void {
    this.settle('given up');
    this.tasks.unsubscribe();
    this.tasks = new Subscription();
  }

  /** Prints what comes when it comes, whatever else is going on. */
  background(task$: Observable<Print>): void {
    const { output } = this.context;
    this.tasks.add(task$.subscribe({ next: (print) => output.unsolicited(print), error: () => undefined }));
  }

  /** A result, before which the command is over. */
  result(print: Print): Observable<Print> {
    return defer(() => {
      this.settle(typeof print === 'string' ? print.trim() || 'OK' : 'OK');
      return [print];
    });
  }

  private start(answer$: Observable<Print>): void {
    const { output, delays, faults } = this.context;
    this.running = true;
    output.answering = true;
    const isLost = faults.loseReply;
    faults.loseReply = false;
    const say = (print: Print): void => {
      if (!isLost) output.print(this.running ? print : faults.ending(print));
    };
    this.tasks.add(
      concat(delays.after('command'), answer$).subscribe({
        next: (print) => {
          output.spot();
          say(print);
        },
        error: (error: unknown) => this.refuse(error, say),
      }),
    );
  }

  /** All that a command prints, its result included. The command is over before its last print reaches the host. */
  private answer(line: string, overlong: boolean): Observable<Print> {
    return defer(() => {
      if (overlong) throw new Refusal('', errorCode.length);
      const { memory, personality } = this.context;
      const parsed = parseCommandLine(line, personality.anyEscape);
      const { command, call } = this.table.find(parsed, memory.settings.store);
      const done$ = command.ownResult?.includes(parsed.form) === true ? this.result('') : this.result('\r\nOK\r\n');
      const after$ = defer(() => {
        command.after?.(this.context, call);
        return [];
      });
      return concat(command[parsed.form]?.(this.context, call) ?? EMPTY, done$, after$);
    });
  }

  private refuse(error: unknown, say: (print: Print) => void): void {
    const { personality, output, memory } = this.context;
    const { words, code, result, after$ } = error instanceof Refusal ? error : new Refusal('', errorCode.failed);
    const why = [words, code === errorCode.unsupported ? 'no such command' : ''].filter((part) => part !== '');
    this.settle([result, ...why.map((part) => `(${part})`)].join(' '));
    output.spot();
    if (personality.words && words !== '') say(`${words}\r\n`);
    if (personality.family === 'E' && memory.settings.errorCodes) say(errorText(code));
    say(result === 'FAIL' ? personality.failResult : '\r\nERROR\r\n');
    this.background(after$);
    if (!(error instanceof Refusal)) throw error;
  }

  private settle(answer: string): void {
    if (this.running) this.context.report.command(this.shown, answer, this.since);
    this.running = false;
    this.sending = false;
    this.context.output.answering = false;
  }
}

function errorText(code: number): string {
  return `ERR CODE:0x${code.toString(16).padStart(8, '0')}\r\n`;
}
