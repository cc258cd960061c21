import { block, segmentBytes } from '../figures';
import type { Order } from '../messages';
import { Dialogue } from './dialogue';
import { type Connected, type Stream, streamsOf } from './measure';

/** The most bytes that are asked for at once: the TCP window of the modems, or more. NonOS gives less. */
const window = 5840;

/** What the segments under way on one link may have together, with NonOS. */
const sendBuffer = 2920;

interface Link extends Stream {
  /** How many bytes have been sent. */
  sent: number;
  /** Data wait in the modem. */
  waiting: boolean;
  /** The sizes of the segments that are under way, in bytes. */
  readonly underWay: number[];
}

/**
 * The fastest that stop-and-wait can be: `serialport`, and a loop that knows the conversation in advance. As soon as one
 * command is answered, it writes the next one.
 *
 * @param sends With `segments`, the next block is sent while the last one is not acknowledged yet.
 */
export async function connect(order: Order, sends: 'stop-and-wait' | 'segments' = 'stop-and-wait'): Promise<Connected> {
  const { path, host, port, task, setting } = order;
  const isPulled = setting.receive === 'pulled';
  const links = streamsOf(order).map((stream): Link => ({ ...stream, sent: 0, waiting: false, underWay: [] }));
  let wake = (): void => undefined;
  const modem = await Dialogue.open(path, setting, 'several', {
    data(link, bytes) {
      links[link]?.check.take(bytes);
      wake();
    },
    waiting(link) {
      const which = links[link];
      if (which) which.waiting = true;
      wake();
    },
    acknowledged(link) {
      links[link]?.underWay.shift();
      wake();
    },
  });
  for (const link of links.keys()) await modem.command(`AT+CIPSTART=${link},"TCP","${host}",${port}`);

  const send = async (number: number, { underWay }: Link, bytes: Buffer): Promise<void> => {
    if (sends === 'stop-and-wait') {
      await modem.send(number, bytes);
    } else {
      underWay.push(bytes.length);
      await modem.sendSegment(number, bytes);
    }
  };

  /** Goes round the links: reads where data wait, and sends where bytes are left. */
  const converse = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) {
      let isIdle = true;
      for (const [number, link] of links.entries()) {
        if (isPulled && link.waiting) {
          // First, because the modem may tell of more before it answers.
          link.waiting = false;
          const left = link.check.expected - link.check.received;
          const wasThere = await modem.read(number, Math.min(window, left));
          if (wasThere && task.rounds === 0 && !link.check.isComplete) link.waiting = true;
          isIdle = false;
        }
        const length = Math.min(sends === 'segments' ? segmentBytes : block, task.up - link.sent);
        const room = sendBuffer - link.underWay.reduce((sum, bytes) => sum + bytes, 0);
        if (length > 0 && length <= room) {
          await send(number, link, link.outgoing.piece(link.sent, length));
          link.sent += length;
          isIdle = false;
        }
      }
      if (isIdle && !isDone()) await new Promise<void>((resolve) => (wake = resolve));
    }
  };

  return {
    async run(round) {
      for (let index = 0; index < task.rounds; index++) {
        const begun = performance.now();
        for (const [number, link] of links.entries()) await send(number, link, link.outgoing.piece(index, 1));
        await converse(() => links.every(({ check }) => check.received > index));
        round(performance.now() - begun);
      }
      await converse(() => links.every(({ check, sent }) => check.isComplete && sent === task.up));
    },
    async close() {
      for (const link of links.keys()) await modem.command(`AT+CIPCLOSE=${link}`);
      await modem.close();
    },
  };
}
