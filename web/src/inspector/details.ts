import { timeLabel } from '../lanes/painting/ruler';
import { nearest } from '../marbles/buckets';
import { marbleKinds } from '../marbles/marbleKinds';
import type { Marbles } from '../marbles/marbles';
import { longWords, sizeWords } from '../marbles/marbleWords';

/** A line of what the inspector says. */
interface Detail {
  readonly name: string;
  readonly text: string;
  /** The marble that the line is about, if it is another one. */
  readonly number?: number;
}

/** What there is to say about a marble. */
export interface Details {
  readonly title: string;
  readonly text: string;
  readonly isError: boolean;
  readonly lines: readonly Detail[];
}

/** How many lines of an answer are shown. */
const mostAnswers = 12;

/** Puts a marble into words. `origin` is the time of the session's first event, in milliseconds since 1970. */
export function detailsOf(marbles: Marbles, number: number, origin: number | undefined): Details | undefined {
  const marble = marbles.get(number);
  if (!marble) return undefined;
  const { words, isError = false } = marbleKinds[marble.kind];
  const clock = origin === undefined ? '' : ` (${clockTime(origin + marble.time)})`;
  const lines = [
    line('Time', `${timeLabel(marble.time)}${clock}`),
    marbles.has(number - 1) && line('Since the last', timeLabel(marble.time - marbles.time(number - 1))),
    line('Lane', marbles.laneName(number)),
    marble.link !== undefined && line('Link', `${marble.link}`),
    marble.socket !== undefined && line('Socket', `${marble.socket}`),
    marble.size > 0 && line('Size', sizeWords(marble.size)),
    ...partnerLines(marbles, number),
  ];
  return { title: words, text: marble.text, isError, lines: lines.filter((one) => one !== false) };
}

/** The marble on the lanes of the bytes that is nearest in time to another one. */
export function nearestBytes(marbles: Marbles, number: number): number | undefined {
  const kind = marbles.kind(number);
  const isToModem = kind === 'command' || kind === 'dataToModem';
  const lane = marbles.lanes.find(({ subject }) => subject.kind === (isToModem ? 'toModem' : 'fromModem'));
  const place = lane && nearest(lane.all, (one) => marbles.time(one), marbles.time(number));
  return place === undefined ? undefined : lane?.all.at(place);
}

/** What the details say, to be copied. */
export function detailsText({ title, text, lines }: Details): string {
  return [title, ...(text === '' ? [] : [text]), ...lines.map((one) => `${one.name}: ${one.text}`)].join('\n');
}

/** The other end of the span: the answer to a command, the result of a call, or what began it. */
function partnerLines(marbles: Marbles, number: number): readonly Detail[] {
  const partner = marbles.partner(number);
  if (partner === undefined) return [];
  const kind = marbles.kind(number);
  const took = timeLabel(Math.abs(marbles.time(partner) - marbles.time(number)));
  const words = longWords(marbles, partner);
  if (kind === 'command') {
    return [
      line('Round trip', took),
      ...answerLines(marbles, number, partner),
      line('Result', marbles.text(partner), partner),
    ];
  }
  if (kind === 'callBegins') return [line('Took', took), line('Ended', words, partner)];
  if (kind.startsWith('call')) return [line('Took', took), line('Began', words, partner)];
  return [line('Command', marbles.text(partner), partner), line('After', took)];
}

function answerLines(marbles: Marbles, command: number, end: number): readonly Detail[] {
  const lines: Detail[] = [];
  for (let number = command + 1; number < end && lines.length < mostAnswers; number++) {
    if (marbles.partner(number) === command) lines.push(line('Answer', marbles.text(number), number));
  }
  return lines;
}

function line(name: string, text: string, number?: number): Detail {
  return { name, text, ...(number !== undefined && { number }) };
}

const timeOfDay: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
};

function clockTime(time: number): string {
  return new Date(time).toLocaleTimeString(undefined, timeOfDay);
}
