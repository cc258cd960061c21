import { within } from '../../time/limits';
import type { Order } from '../messages';
import { beSilent, Dialogue } from './dialogue';
import { type Connected, streamsOf } from './measure';
import { writeAll } from './writeAll';

/** Milliseconds within which a modem that takes commands answers. */
const patience = 1000;

/**
 * The least that a program on `serialport` can do: in passthrough, the modem carries the same bytes without commands. What
 * several sockets carry goes through one.
 */
export async function connect(order: Order): Promise<Connected> {
  const { path, host, port, setting } = order;
  const { sockets, down, up, rounds } = order.task;
  const [stream] = streamsOf({ ...order, task: { ...order.task, sockets: 1, down: sockets * down } });
  if (!stream) throw new Error('no stream');
  const { check, outgoing } = stream;
  const modem = await Dialogue.open(path, setting, 'one', { data: () => undefined, waiting: () => undefined });
  await modem.command(`AT+CIPSTART="TCP","${host}",${port}`);
  await modem.command('AT+CIPMODE=1');
  await modem.command('AT+CIPSEND', '>');
  let wake = (): void => undefined;
  const takeBack = modem.handOver((chunk) => {
    check.take(chunk);
    wake();
  });

  const received = async (count: number): Promise<void> => {
    while (check.received < count) await new Promise<void>((resolve) => (wake = resolve));
  };

  return {
    async run(round) {
      for (let index = 0; index < rounds; index++) {
        const begun = performance.now();
        await Promise.all([received(index + 1), writeAll(modem.port, outgoing.piece(index, 1))]);
        round(performance.now() - begun);
      }
      await Promise.all([received(check.expected), writeAll(modem.port, outgoing.take(up))]);
    },
    async close() {
      takeBack();
      // A modem that is busy may not have seen the silence, and then takes all of this for data.
      do {
        // The modem asks for silence before and after it.
        await beSilent();
        await writeAll(modem.port, Buffer.from('+++'));
        await beSilent();
      } while (!(await answers(modem)));
      await modem.command('AT+CIPMODE=0');
      await modem.command('AT+CIPCLOSE');
      await modem.close();
    },
  };
}

/** Whether the modem takes commands. Any answer shows it. */
function answers(modem: Dialogue): Promise<boolean> {
  const answer = modem.command('AT').then(
    () => true,
    () => true,
  );
  return within(patience, answer, () => false);
}
