import type { CallEvent, SaidEvent, WatchEvent } from '../../../src/watch';

/** Milliseconds since 1970, of the first event. */
const beginning = Date.UTC(2026, 0, 1);

const said = (direction: SaidEvent['direction'], kind: SaidEvent['kind'], text: string, size = text.length) =>
  ({ type: 'said', direction, kind, size, text }) as const;
const recv = (stage: CallEvent['stage'], text: string) =>
  ({ type: 'call', name: 'recv', stage, size: 2048, text }) as const;

const batch = 2000;

/** What is told of one block of a download. */
const block = [
  recv('begins', '2048'),
  said('from modem', 'notice', '2048 bytes wait'),
  said('to modem', 'command', 'AT+CIPRECVDATA=0,2048'),
  said('from modem', 'block', '2048 bytes', 2048),
  said('from modem', 'final', 'OK'),
  recv('returns', '2048 bytes'),
];

/** The events of downloads on five links, in batches, from the event with this number on. An event comes each millisecond. */
export function* manyEvents(first: number, count: number): Generator<readonly WatchEvent[]> {
  for (let begin = first; begin < first + count; begin += batch) {
    yield Array.from({ length: Math.min(batch, first + count - begin) }, (_, index) => eventAt(begin + index));
  }
}

/** A state of the interface after that many events. The page shows the name of its network, which is the number. */
export function lastState(count: number): WatchEvent {
  const state = {
    modem: 'up',
    wifi: 'up',
    ssid: `event ${count}`,
    waitingCommands: 0,
    links: [],
    sockets: [],
  } as const;
  return { type: 'state', time: beginning + count, state };
}

function eventAt(index: number): WatchEvent {
  const id = Math.floor(index / block.length);
  const link = id % 5;
  const place = { time: beginning + index, link };
  const event = block[index % block.length]!;
  return event.type === 'call' ? { ...event, ...place, id, socket: link + 1 } : { ...event, ...place };
}
