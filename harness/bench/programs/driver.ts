import { createModules, machine, type Socket } from '../../../src';
import { isVirtual } from '../figures';
import type { Order } from '../messages';
import { type Connected, type Stream, streamsOf } from './measure';
import type { Watch } from './watched';

/** Bytes that each `recv` asks for at most. */
const most = 16_384;

/** Small writes that are under way at a time: two blocks of them, so that one waits while the other one is sent. */
const together = 64;

/**
 * The library, as a program of a user has it.
 *
 * @param watch Watches the interface.
 */
export async function connect(order: Order, watch?: Watch): Promise<Connected> {
  const { path, host, port, task, setting } = order;
  const { network, usocket } = createModules();
  // With the speed of the line, as a program of a user: how long reads wait depends on it.
  const uart = new machine.UART(path, setting.baud);
  const nic = await network.ESP8285(uart, { receive: setting.receive });
  if (!nic.isconnected()) {
    if (!isVirtual(setting)) throw new Error('the modem is on no network any more');
    await nic.connect('my-ssid', 'my-password');
  }
  const endWatching = await watch?.(nic);
  const ends: { socket: Socket; stream: Stream }[] = [];
  for (const stream of streamsOf(order)) {
    const socket = usocket.socket();
    await socket.connect([host, port]);
    ends.push({ socket, stream });
  }
  return {
    async run(round) {
      await Promise.all(
        ends.map(async ({ socket, stream }) => {
          for (let index = 0; index < task.rounds; index++) round(await thereAndBack(socket, stream, index));
          await Promise.all([receive(socket, stream), send(socket, stream, task)]);
        }),
      );
    },
    async close() {
      for (const { socket } of ends) await socket.close();
      await endWatching?.();
      await nic.close();
      await uart.close();
    },
  };
}

async function thereAndBack(socket: Socket, { outgoing, check }: Stream, index: number): Promise<number> {
  const begun = performance.now();
  const sent = socket.send(outgoing.piece(index, 1));
  // Together, so that a send that fails is noticed although nothing will come.
  const [answer] = await Promise.all([socket.recv(1).then((bytes) => ({ bytes, at: performance.now() })), sent]);
  check.take(answer.bytes);
  return answer.at - begun;
}

async function receive(socket: Socket, { check }: Stream): Promise<void> {
  while (!check.isComplete) {
    const bytes = await socket.recv(most);
    if (bytes.length === 0) throw new Error(`the stream ended after ${check.received} of ${check.expected} bytes`);
    check.take(bytes);
  }
}

async function send(socket: Socket, { outgoing }: Stream, { up, write }: Order['task']): Promise<void> {
  const bytes = outgoing.take(up);
  if (write >= 1024) {
    if (up > 0) await socket.sendall(bytes);
    return;
  }
  let sent = 0;
  const writeOn = async (): Promise<void> => {
    while (sent < up) {
      const at = sent;
      sent += write;
      await socket.sendall(bytes.subarray(at, sent));
    }
  };
  await Promise.all(Array.from({ length: together }, writeOn));
}
