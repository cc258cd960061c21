import type { Sorted } from './classify';
import type { MarbleColumns } from './columns';
import type { MarbleKind } from './marbleKinds';

/** Kinds that belong to the command before them. */
const answers: ReadonlySet<MarbleKind> = new Set([
  'answer',
  'done',
  'refused',
  'busy',
  'prompt',
  'taken',
  'sent',
  'sendFailed',
]);
/** Kinds of these that may be the last of a command. */
const ends: ReadonlySet<MarbleKind> = new Set(['done', 'refused', 'taken', 'sent', 'sendFailed']);

/** How many calls may run at once. */
const mostCalls = 1000;

/** Finds what belongs together: a command and its answer, and the beginning and the end of a call. */
export class Spans {
  private command: number | undefined;
  private isSend = false;
  private isOver = true;
  private readonly calls = new Map<number, number>();

  constructor(private readonly columns: MarbleColumns) {}

  /** Whether a line comes after the end of the answer to the last command, so that it belongs to none. */
  isAnswered({ kind }: Sorted): boolean {
    return kind === 'answer' && this.isOver;
  }

  /** Something was said on the line. Returns the command that it answers, if it is an answer. */
  said(kind: MarbleKind, text: string, number: number): number | undefined {
    if (kind === 'command') {
      this.command = number;
      this.isOver = false;
      // These have an OK before the data, and their result after it.
      this.isSend = text.startsWith('AT+CIPSEND');
      return undefined;
    }
    const { command } = this;
    if (command === undefined || this.isOver || !answers.has(kind)) return undefined;
    this.columns.setPartner(number, command);
    if (ends.has(kind)) this.columns.setPartner(command, number);
    this.isOver = ends.has(kind) && !(this.isSend && kind === 'done');
    return command;
  }

  /** A call of a socket begins or ends. */
  called(id: number, isBeginning: boolean, number: number): void {
    const begin = this.calls.get(id);
    if (isBeginning) {
      this.calls.set(id, number);
      this.forget();
    } else if (begin !== undefined) {
      this.calls.delete(id);
      this.columns.setPartner(number, begin);
      if (this.columns.has(begin)) this.columns.setPartner(begin, number);
    }
  }

  /** The end of a call may have been missed. */
  private forget(): void {
    if (this.calls.size <= mostCalls) return;
    for (const id of this.calls.keys()) {
      this.calls.delete(id);
      return;
    }
  }
}
