import type { Socket as Peer } from 'node:net';

import { payload } from './payload';

const blockSize = 65_536;

/**
 * Sends that many bytes as fast as the other side takes them, and ends the connection. Resolves when the system has all of them.
 *
 * @param saying Called with each block before it is sent.
 */
export function sayAll(peer: Peer, size: number, saying: (block: Buffer) => unknown): Promise<void> {
  let left = size;
  const send = (): void => {
    while (left > 0) {
      const block = payload(Math.min(left, blockSize), left);
      left -= block.length;
      saying(block);
      if (!peer.write(block)) return;
    }
    peer.end();
  };
  return new Promise((resolve) => {
    peer.on('drain', send).once('finish', resolve);
    send();
  });
}

/** A number of bytes in megabytes: `'1.5'`. */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
