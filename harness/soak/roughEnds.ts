import type { Socket as Peer } from 'node:net';

import { OSError, type Socket } from '../../src/usocket';
import { reset } from '../peers/peer';
import { digest } from './payload';

// Ends of a connection that may lose what is under way: a beginning of it arrives.

/** The peer resets the connection. Returns what the socket receives until then, and closes it. */
export async function peerResets(peer: Peer, socket: Socket): Promise<Buffer> {
  const gone = reset(peer);
  const got: Buffer[] = [];
  // A modem reports a reset as an end.
  const receive = () =>
    socket.recv(4096).catch((error: unknown) => {
      if (error instanceof OSError && error.code === 'ECONNRESET') return Buffer.alloc(0);
      throw error;
    });
  for (let part = await receive(); part.length > 0; part = await receive()) got.push(part);
  await Promise.all([gone, socket.close()]);
  return Buffer.concat(got);
}

/** Closes a socket that has not read everything, for which a modem resets the connection. Returns what the peer hears. */
export async function closeUnread(peer: Peer, socket: Socket): Promise<Buffer> {
  const heard: Buffer[] = [];
  const gone = peer.closed ? undefined : new Promise((resolve) => peer.once('close', resolve));
  peer
    .on('data', (part) => heard.push(part))
    .once('end', () => peer.end())
    .resume();
  await Promise.all([gone, socket.close()]);
  return Buffer.concat(heard);
}

/** Says in words that bytes are a beginning of others. Throws if they are not. */
export function beginning(got: Buffer, all: Buffer): string {
  if (got.equals(all.subarray(0, got.length))) return `a beginning of ${digest(all)}`;
  throw new Error(`${digest(got)} is no beginning of ${digest(all)}`);
}
