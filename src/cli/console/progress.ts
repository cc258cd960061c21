import cliProgress from 'cli-progress';

import { columnsOf } from './columnsOf';

/** Shows how far a transfer is. */
export interface Progress {
  /**
   * @param bytes How many have been transferred.
   * @param note What is shown after the number, such as the rate.
   */
  update(bytes: number, note?: string): void;
  /** Ends the display; call it also when the transfer fails. */
  stop(): void;
}

/** Milliseconds between two lines. */
const linePause = 2000;

export const silentProgress: Progress = { update: () => undefined, stop: () => undefined };

/** Columns. */
const widestBar = 24;
const narrowestBar = 4;

/** A bar on a terminal, or only the number of bytes when their total is unknown, or when there is no room for a bar. */
export function progressBar(errors: NodeJS.WritableStream, total: number | undefined): Progress {
  const bar = new cliProgress.SingleBar({
    stream: errors,
    hideCursor: null,
    clearOnComplete: true,
    // The command itself handles signals.
    gracefulExit: false,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    format: (options, { progress, value }, { note }: { readonly note?: string }) => {
      const text = `${amount(value, total)}${note ? `, ${note}` : ''}`;
      const barsize = Math.min(widestBar, columnsOf(errors) - text.length - 4);
      if (total === undefined || barsize < narrowestBar) return `  ${text}`;
      return `  ${cliProgress.Format.BarFormat(progress, { ...options, barsize })} ${text}`;
    },
  });
  bar.start(total ?? Infinity, 0, {});
  return {
    update: (bytes, note) => {
      bar.update(bytes, { note });
    },
    stop: () => {
      bar.stop();
    },
  };
}

/** A line now and then, and one at the end. */
export function progressLines(errors: NodeJS.WritableStream, total: number | undefined): Progress {
  let printed = Date.now();
  let last = '';
  let isOver = false;
  const print = (): void => {
    if (last !== '') errors.write(`${last}\n`);
    last = '';
  };
  return {
    update: (bytes, note) => {
      // Bytes may still be under way when a transfer has failed.
      if (isOver) return;
      last = `${amount(bytes, total)}${note ? `, ${note}` : ''}`;
      if (Date.now() - printed < linePause) return;
      printed = Date.now();
      print();
    },
    stop: () => {
      isOver = true;
      print();
    },
  };
}

function amount(bytes: number, total: number | undefined): string {
  const number = (value: number): string => value.toLocaleString('en');
  return total === undefined ? `${number(bytes)} bytes` : `${number(bytes)} of ${number(total)} bytes`;
}
