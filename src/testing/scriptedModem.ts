import {
  concat,
  defer,
  EMPTY,
  ignoreElements,
  map,
  merge,
  mergeAll,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  Subject,
  takeUntil,
  timer,
} from 'rxjs';

import type { Uart } from '../streams';

/** What a modem sends: bytes, strings in latin-1, where a character is one byte, and pauses in milliseconds. */
type Said = readonly (string | Uint8Array | number)[];

/**
 * What the modem hears (the line of a command, or the bytes of a send), and what it answers: bytes, strings in latin-1,
 * and pauses in milliseconds. In a string, `$1` stands for the first group of a regular expression.
 *
 *     const script: Rule[] = [
 *       ['AT+CIPMUX=1', 3, '\r\nOK\r\n'],
 *       [/^AT\+CWJAP_CUR="(.*?)",/, 'WIFI CONNECTED\r\n', 900, 'WIFI GOT IP\r\n\r\nOK\r\n'],
 *     ];
 */
export type Rule = readonly [heard: string | RegExp, ...said: Said];

/** The answer to a line that comes while the modem is busy with another one, and the end of that one. */
const busy = '\r\nbusy p...\r\n';
const isResult = /(?:OK|ERROR|FAIL)\r\n/;

/** The answers of a scripted modem, the bytes that it sends without a command, and its scheduler. */
export interface ScriptedModemOptions {
  /** The scheduler of the pauses, for example a `TestScheduler`. */
  readonly scheduler: SchedulerLike;
  /**
   * What the modem answers. If several rules match, each is used once, in their order, and the last one from then on.
   * An answer without a pause at its beginning comes within the host's own `write`.
   */
  readonly script?: readonly Rule[];
  /**
   * What the modem answers to what the script does not contain. Default: nothing. While the result of another line is still
   * to come, it answers `busy p...`, as a modem does.
   */
  readonly otherwise?: readonly Rule[];
  /** Bytes of a send that the modem waits for at the beginning, as after a prompt. Default: 0. */
  readonly awaiting?: number;
  /** Bytes that the modem sends without a command. An error is the loss of the line. */
  readonly unasked$?: Observable<string | Uint8Array>;
}

/** A modem that follows a script, and what it has heard. */
export interface ScriptedModem {
  /** The serial line, to make an interface on. */
  readonly uart: Uart;
  /** What the host has sent so far: lines without their ends, and the bytes of sends. */
  readonly heard: string[];
  /** From then on, the modem still hears, but sends nothing. */
  readonly fallSilent: () => void;
  /** Whether `rx$` of the line has a subscriber. */
  readonly isListenedTo: () => boolean;
}

/**
 * Makes the serial line of a modem that follows a script, in the time of a scheduler. The modem takes lines, and after a
 * prompt as many bytes as the `AT+CIPSEND` or `AT+CIPSENDBUF` has announced. It knows no commands: what an interface asks
 * while it is set up has to be in the script too, or in `otherwise`.
 *
 *     const modem = scriptedModem({ scheduler, script: [
 *       ['AT+CIPSEND=4,5', 3, '\r\nOK\r\n> '],
 *       ['hello', 4, '\r\nRecv 5 bytes\r\n', 8, '\r\nSEND OK\r\n'],
 *     ] });
 */
export function scriptedModem(options: ScriptedModemOptions): ScriptedModem {
  const { scheduler, script = [], otherwise = [], awaiting = 0, unasked$ = NEVER } = options;
  const received = new Subject<Uint8Array>();
  const answers = new Subject<Observable<Uint8Array>>();
  const closed = new Subject<void>();
  const heard: string[] = [];
  const used = new Set<number>();
  let typed = '';
  let wanted = awaiting;
  let isSilent = false;
  /** How many answers have not reached their result. */
  let atWork = 0;

  const ruleFor = (said: string): Rule | undefined => {
    const places = script.flatMap(([pattern], place) => (matches(pattern, said) ? [place] : []));
    const place = places.find((candidate) => !used.has(candidate)) ?? places.at(-1);
    if (place === undefined) return atWork > 0 ? [said, busy] : otherwise.find(([pattern]) => matches(pattern, said));
    used.add(place);
    return script[place];
  };
  const hear = (said: string): void => {
    heard.push(said);
    const rule = isSilent ? undefined : ruleFor(said);
    if (!rule) return;
    const [pattern, ...answer] = rule;
    const length = /^AT\+CIPSEND(?:BUF)?=(?:\d,)?(\d+)(?:,".*)?$/.exec(said)?.[1];
    if (length !== undefined && answer.some((part) => typeof part === 'string' && part.includes('>'))) {
      wanted = Number(length);
    }
    const result = answer.findIndex((part) => typeof part === 'string' && isResult.test(part));
    const pause = result > 0 && answer.slice(0, result).some((part) => typeof part === 'number');
    if (pause) atWork++;
    const done = (part: number) => {
      if (pause && part === result) atWork--;
    };
    answers.next(inTime(answer, pattern instanceof RegExp ? pattern.exec(said) : null, scheduler, done));
  };
  const type = (text: string): void => {
    typed += text;
    for (;;) {
      const end = wanted > 0 ? wanted : typed.indexOf('\n') + 1;
      if (end === 0 || typed.length < end) return;
      const said = typed.slice(0, end);
      typed = typed.slice(end);
      const isLine = wanted === 0;
      wanted = 0;
      hear(isLine ? said.replace(/\r?\n$/, '') : said);
    }
  };

  merge(answers.pipe(mergeAll()), unasked$.pipe(map(asBytes)))
    .pipe(takeUntil(closed))
    .subscribe(received);
  return {
    heard,
    fallSilent: () => {
      isSilent = true;
    },
    isListenedTo: () => received.observed,
    uart: {
      rx$: received.asObservable(),
      readiness$: of({ readable: false, writable: true, hangup: false, error: false }),
      write: (bytes) => {
        type(Buffer.from(bytes).toString('latin1'));
        return EMPTY;
      },
      close: () => {
        closed.next();
        return EMPTY;
      },
    },
  };
}

function matches(pattern: string | RegExp, said: string): boolean {
  return typeof pattern === 'string' ? pattern === said : pattern.test(said);
}

/** @param begin Is called with the index of each part before it is sent. */
function inTime(
  said: Said,
  groups: RegExpExecArray | null,
  scheduler: SchedulerLike,
  begin: (place: number) => void,
): Observable<Uint8Array> {
  const quoted = (text: string) => text.replace(/\$(\d)/g, (_, group: string) => groups?.[Number(group)] ?? '');
  return concat(
    ...said.map((part, place) => {
      if (typeof part === 'number') return timer(part, scheduler).pipe(ignoreElements());
      return defer(() => {
        begin(place);
        return of(asBytes(typeof part === 'string' ? quoted(part) : part));
      });
    }),
  );
}

function asBytes(said: string | Uint8Array): Uint8Array {
  return typeof said === 'string' ? Buffer.from(said, 'latin1') : said;
}
