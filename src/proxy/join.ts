import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What happens when a connection that {@link join} joins to another one is open, or cannot be opened. */
export interface Outcome {
  /** Called when both connections are open, before any byte comes from the new one. */
  readonly opened?: () => void;
  /** Called instead if the new connection cannot be opened. The other one is still open. */
  readonly failed: (error: Error) => void;
}

/** How long a program may go on sending when all that its peer has sent is on the way to it, in milliseconds. */
const linger = 2_000;

/**
 * Joins a connection of this machine to one of an interface: what comes from one is sent on the other. One of them may still
 * be connecting. What the other one sends meanwhile waits, and is sent in its order.
 *
 * Whoever reads slowly slows the other side down. When the program of this machine ends its side, it still gets its answer
 * (see `halfCloseTimeout`). When it resets its connection, the link is free at once. When the peer has ended, nothing more
 * can be sent to it, so what the program still sends is read and dropped: a reset would take the answer from it. When the
 * link fails, the program sees a reset.
 *
 * @param local The connection of this machine; with `allowHalfOpen`, so that its end is not the end of the answer.
 * @param link The connection of the interface.
 */
export function join(local: Socket, link: Socket, { opened, failed }: Outcome): void {
  const fresh = link.connecting ? link : local;
  let isOpen = !fresh.connecting;
  let failure: Error | undefined;
  const open = () => {
    isOpen = true;
    opened?.();
  };
  if (isOpen) open();
  else fresh.once('connect', open).once('error', (error: Error) => (failure = error));

  for (const socket of [local, link]) socket.setTimeout(0).on('error', () => undefined);
  link.once('end', () => {
    local.unpipe(link).resume();
    link.end();
  });
  link.once('close', (hasFailed: boolean) => {
    if (local.destroyed) return;
    if (!isOpen && fresh === link) failed(failure ?? new Error('the connection was closed before it was open'));
    else if (hasFailed) local.resetAndDestroy();
    else endGently(local);
  });
  local.once('close', (hasFailed: boolean) => {
    if (!isOpen && fresh === local) failed(failure ?? new Error('the connection was closed before it was open'));
    if (!hasFailed) link.destroySoon();
    else if (link.connecting) link.destroy();
    // What waits to be sent is dropped, and the link is free at once.
    else link.resetAndDestroy();
  });
  local.pipe(link);
  link.pipe(local);
}

/**
 * Ends a connection, and reads what its peer still sends, because unread bytes would make the end a reset. A peer that reads
 * slowly gets all that waits for it.
 */
export function endGently(socket: Duplex): void {
  const lingerOn = () => {
    const late = setTimeout(() => void socket.destroy(), linger);
    socket.once('close', () => {
      clearTimeout(late);
    });
  };
  if (socket.writableFinished) lingerOn();
  else socket.once('finish', lingerOn);
  socket.resume().end();
}
