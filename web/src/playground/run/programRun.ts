import { type Subject, Subscription } from 'rxjs';
import type { WatchEvent } from 'rx-usocket/watch';

import type { RealTime } from '../time/adjustableTime';
import type { IncomingBytes } from './incoming';
import { OpenLines, type OpenLine } from './openLines';
import { lineOf, type Output } from './output';
import { ownEvent } from './ownEvent';
import type { MadeInterface, ProgramFiles, ProgramFrame, ProgramHost } from './programHost';

/** A program, and how it is called. */
export interface Program {
  /** JavaScript or TypeScript: an ES module. */
  readonly code: string;
  /** As on a command line. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What a run uses of the page. */
export interface RunTools {
  readonly time: RealTime;
  readonly files: ProgramFiles;
  readonly output: Output;
  readonly events: Subject<WatchEvent>;
  readonly incoming: Subject<IncomingBytes>;
  readonly openLine: OpenLine;
  readonly ended: () => void;
}

/** Real milliseconds. A program that handles `SIGINT` may end by itself within this time. */
const grace = 700;

/**
 * Real milliseconds. Node.js ends a program at once when nothing is left that it could wait for. The page does not know of all that
 * a browser has to wait for, such as a sum of its cryptography, so it has patience.
 */
const longestIdle = 5000;

const idleWords =
  'The program waits for something that does not come: its line is closed, and no timer is waiting. ' +
  'Node.js ends such a program with the exit code 13.';

/**
 * One run of a program, in a frame of its own: when the frame is removed, nothing of the program goes on. As in Node.js, a
 * program runs as long as its line is open or a timer is waiting.
 */
export class ProgramRun {
  private readonly url: string;
  private readonly frame: ProgramFrame = document.createElement('iframe');
  private readonly watching = new Subscription();
  private readonly interfaces = new Set<MadeInterface>();
  private readonly timers = new Set<() => void>();
  private readonly lines: OpenLines;
  private interrupt: () => boolean = () => false;
  private hasBegun = false;
  private isEvaluated = false;
  private isOver = false;
  /** Whether the program prints no more. */
  private isSilent = false;
  private idling: ReturnType<typeof setTimeout> | undefined;

  constructor(
    { code, args, environment }: Program,
    private readonly tools: RunTools,
  ) {
    const { frame } = this;
    this.lines = new OpenLines(tools.openLine, () => this.checkEnd());
    this.url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    frame.hidden = true;
    frame.title = 'The program that runs';
    frame.src = new URL('program.html', document.baseURI).href;
    frame.programHost = this.host(args, environment);
    document.body.append(frame);
  }

  /** As Ctrl-C: what handles `SIGINT` can go on for a moment, and anything else is not heard of any more. */
  stop(): void {
    const stopped = 'been stopped';
    try {
      if (this.interrupt()) setTimeout(() => this.closeAndFinish(stopped), grace);
      else this.closeAndFinish(stopped);
    } catch (error) {
      this.fail(error);
    }
  }

  askModem(): void {
    for (const made of this.interfaces) made.askModem();
  }

  /** Ends everything of the program at once. */
  end(): void {
    if (this.isOver) return;
    this.isOver = this.isSilent = true;
    this.lines.close();
    for (const stop of this.timers) stop();
    clearTimeout(this.idling);
    this.frame.remove();
    URL.revokeObjectURL(this.url);
    // What the closed line causes is still told.
    setTimeout(() => this.watching.unsubscribe());
    this.tools.ended();
  }

  private host(args: readonly string[], environment: Readonly<Record<string, string>>): ProgramHost {
    const { time, files, output, events, incoming } = this.tools;
    return {
      url: this.url,
      args,
      environment,
      files,
      now: () => time.now(),
      start: (callback, delay) => this.startTimer(callback, delay),
      openLine: (baudRate) => this.lines.take(baudRate),
      interfaceMade: (made) => {
        this.interfaces.add(made);
        this.watching.add(made.events$.subscribe((event) => events.next(ownEvent(event))));
        this.watching.add(made.incoming$.subscribe((bytes) => incoming.next(bytes)));
      },
      print: (kind, values) => {
        if (!this.isSilent) output.print(kind, values);
      },
      fail: (error, line) => this.fail(error, line),
      begun: () => {
        this.hasBegun = true;
        this.checkEnd();
      },
      evaluated: () => {
        this.isEvaluated = true;
        this.checkEnd();
      },
      exit: (code) => this.closeAndFinish(`ended, with the exit code ${code}`),
      onStop: (interrupt) => (this.interrupt = interrupt),
    };
  }

  private startTimer(callback: () => void, delay: number): () => void {
    if (this.isOver) return () => undefined;
    const stopTimer = this.tools.time.start(() => {
      this.timers.delete(stop);
      try {
        callback();
      } catch (error) {
        this.fail(error);
      }
      this.checkEnd();
    }, delay);
    const stop = (): void => {
      stopTimer();
      this.timers.delete(stop);
      this.checkEnd();
    };
    this.timers.add(stop);
    return stop;
  }

  private checkEnd(): void {
    clearTimeout(this.idling);
    if (this.isOver || !this.hasBegun || this.isBusy) return;
    // Looks in a later task, because the promises of this one may go on.
    this.idling = setTimeout(() => this.endUnlessBusy(), this.isEvaluated ? 0 : longestIdle);
  }

  private endUnlessBusy(): void {
    if (this.isBusy) return;
    if (this.isEvaluated) {
      this.finish('ended');
      return;
    }
    this.tools.output.print('error', [idleWords]);
    this.closeAndFinish('ended, with the exit code 13');
  }

  private get isBusy(): boolean {
    return this.lines.isOpen || this.timers.size > 0;
  }

  /** As in Node.js, an error that the program has not caught ends it. */
  private fail(error: unknown, line?: number): void {
    if (this.isSilent) return;
    this.tools.output.fail(error, line ?? lineOf(error, this.url));
    this.closeAndFinish('ended because of this error');
  }

  /** The interfaces are closed first, for the modem. What the program says to that has nobody to read it. */
  private closeAndFinish(how: string): void {
    this.isSilent = true;
    void this.closeInterfaces().finally(() => this.finish(how));
  }

  private finish(how: string): void {
    if (this.isOver) return;
    this.tools.output.print('note', [`The program has ${how}.`]);
    this.end();
  }

  /** The time of the page may stand still, so this may take no longer than its real time. */
  private async closeInterfaces(): Promise<void> {
    const late = new Promise((resolve) => setTimeout(resolve, grace));
    const closed = [...this.interfaces].map((made) => made.close().catch(() => undefined));
    await Promise.race([Promise.all(closed), late]);
  }
}
