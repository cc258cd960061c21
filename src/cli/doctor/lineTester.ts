import {
  concat,
  defer,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  scan,
  startWith,
  takeUntil,
  takeWhile,
  timer,
} from 'rxjs';

import type { Uart } from '../../streams';
import type { SerialSettings } from '../../transports';
import { abortError } from '../console/aborted';
import type { CommandContext } from '../console/context';
import type { LineSettings } from '../modem/modemSettings';
import { lineOpened, openLine } from '../modem/openLine';
import { answerText, type Meaning, meaningOf } from './meaning';

/** What came on a line, and what it means. */
export interface Heard {
  readonly meaning: Meaning;
  /** One character for each byte. */
  readonly text: string;
}

/** How a line is listened to. */
interface Listening {
  /** What is said first. Default: nothing. */
  readonly say?: string;
  /** The most milliseconds. */
  readonly wait: number;
  /** Ends the listening earlier. */
  readonly until?: RegExp;
}

/** Bytes of what is heard that are kept. */
const longestText = 8192;

/** Opens a line with different settings, and listens to it by hand. */
export class LineTester {
  private readonly pace: number;

  constructor(
    readonly settings: LineSettings,
    private readonly context: CommandContext,
  ) {
    this.pace = context.pace ?? 1;
  }

  /** Opens the line with these control signals and flow control instead of the wanted ones. */
  open(serial: Omit<SerialSettings, 'baudRate'> = this.settings.serial): Uart {
    return openLine({ ...this.settings, serial }, this.context);
  }

  /** Resolves when a line is open. Rejects when it cannot be. */
  opened(line: Uart): Promise<void> {
    return lineOpened(line, this.context);
  }

  /** Says `AT`, and resolves to what comes for it. */
  async ask(line: Uart, wait: number): Promise<Heard> {
    const say = 'AT\r\n';
    const text = await this.hear(line, { say, wait, until: answerText });
    return { text, meaning: meaningOf(text, say) };
  }

  /** Resolves to what comes on the line, as one character for each byte. Rejects with the error of the line. */
  async hear(line: Uart, { say = '', wait, until }: Listening): Promise<string> {
    const { signal } = this.context;
    const said$ = say === '' ? [] : defer(() => line.write(Buffer.from(say, 'latin1')));
    const heard$ = line.rx$.pipe(
      scan((text, bytes) => (text + Buffer.from(bytes).toString('latin1')).slice(-longestText), ''),
      startWith(''),
    );
    // A write does not end while flow control holds it.
    const all$ = merge(heard$, from(said$).pipe(ignoreElements()), abortError(signal));
    return await lastValueFrom(
      all$.pipe(
        takeWhile((text) => !until?.test(text), true),
        takeUntil(timer(wait * this.pace)),
      ),
      { defaultValue: '' },
    );
  }

  /** Changes the speed of this end, and resolves to whether that is possible. */
  async change(line: Uart, baud: number): Promise<boolean> {
    const { setBaudRate } = line;
    if (!setBaudRate) return false;
    const changed$ = concat(
      defer(() => setBaudRate(baud)),
      [true],
    );
    return await lastValueFrom(changed$.pipe(map(() => true))).catch(() => false);
  }
}
