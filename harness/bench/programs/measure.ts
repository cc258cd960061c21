import { messageOf } from '../../../src/usocket/contract/messageOf';
import type { FromProgram, Order, ToProgram } from '../messages';
import { Check, Pattern } from '../pattern';

/** What a program has made for an order, connected with the peer. */
export interface Connected {
  /**
   * Sends and receives everything.
   *
   * @param round Notes how long a round took, in milliseconds.
   */
  run(round: (milliseconds: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** The two directions of a socket. */
export interface Stream {
  readonly check: Check;
  readonly outgoing: Pattern;
}

/** The streams of an order's sockets. */
export function streamsOf({ seed, task: { sockets, down, rounds } }: Order): readonly Stream[] {
  return Array.from({ length: sockets }, (_, socket) => {
    const outgoing = new Pattern(seed, { socket, direction: 'up' });
    // An echo is what was sent.
    const incoming = rounds > 0 ? outgoing : new Pattern(seed, { socket, direction: 'down' });
    return { outgoing, check: new Check(incoming, rounds + down) };
  });
}

/** Carries out the orders of the bench, one after the other, until it hangs up. */
export function measureOnOrder(connect: (order: Order) => Promise<Connected>): void {
  const tell = (message: FromProgram): void => void process.send?.(message);
  let arrived = (): void => undefined;
  process.on('message', (message: ToProgram) => {
    if (message.kind === 'arrived') {
      arrived();
      return;
    }
    const peerHasAll = message.task.up === 0 ? Promise.resolve() : new Promise<void>((resolve) => (arrived = resolve));
    carryOut(message, peerHasAll).then(tell, (error: unknown) => {
      tell({ kind: 'failed', message: messageOf(error) });
    });
  });
  // What a listener of the line throws, such as for a wrong byte.
  process.on('uncaughtException', ({ message }) => tell({ kind: 'failed', message }));
  process.once('disconnect', () => process.exit());

  async function carryOut(order: Order, peerHasAll: Promise<void>): Promise<FromProgram> {
    const connected = await connect(order);
    const rounds: number[] = [];
    const processor = process.cpuUsage();
    const begun = performance.now();
    tell({ kind: 'begun' });
    await Promise.all([connected.run((milliseconds) => rounds.push(milliseconds)), peerHasAll]);
    const seconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(processor);
    await connected.close();
    return { kind: 'measured', seconds, processor: (user + system) / 1e6, rounds };
  }
}
