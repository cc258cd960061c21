import { BehaviorSubject, type Observable } from 'rxjs';

import { shownError, shownValues } from './shownValue';

/** A line of the output of a program. */
export interface OutputLine {
  readonly id: number;
  /** `note` is by the page. */
  readonly kind: 'log' | 'error' | 'note';
  readonly text: string;
  /** The line of the program that made the failing call, from 1. */
  readonly line?: number;
}

const mostLines = 1000;

/** What the program prints. The oldest lines are dropped. */
export class Output {
  /** Replays. */
  readonly lines$: Observable<readonly OutputLine[]>;

  private readonly lines = new BehaviorSubject<readonly OutputLine[]>([]);
  private count = 0;

  constructor() {
    this.lines$ = this.lines.asObservable();
  }

  print(kind: OutputLine['kind'], values: readonly unknown[], line?: number): void {
    const printed = { id: this.count++, kind, text: shownValues(values), ...(line !== undefined && { line }) };
    this.lines.next([...this.lines.value.slice(1 - mostLines), printed]);
  }

  /** An error that a program has not caught. */
  fail(error: unknown, line?: number): void {
    const isError = typeof error === 'object' && error !== null && 'message' in error;
    const text = isError ? shownError(error as Error) : `Uncaught: ${shownValues([error])}`;
    this.print('error', [text], line);
  }

  clear(): void {
    this.lines.next([]);
  }
}

/** The line of the program that an error comes from. The errors of `rx-usocket` name the line that made the call. */
export function lineOf(error: unknown, url: string): number | undefined {
  const stack = (error as { readonly stack?: unknown } | null | undefined)?.stack;
  if (typeof stack !== 'string') return undefined;
  const at = stack.indexOf(`${url}:`);
  const [, line] = at < 0 ? [] : (/^:(\d+)/.exec(stack.slice(at + url.length)) ?? []);
  return line === undefined ? undefined : Number(line);
}
