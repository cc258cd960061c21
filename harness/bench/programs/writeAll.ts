import type { SerialPort } from 'serialport';

import { within } from '../../time/limits';

/** What the poller of a port waits for. The numbers can be added. */
const readable = 1;
const writable = 2;

/** Milliseconds after which a write that waits for room looks again. */
const glance = 20;

/**
 * Resolves when the port has taken all bytes. Its poller waits for one thing at a time (@serialport/bindings-cpp 13): when it
 * is told to wait for bytes, it forgets that a write waits for room, until the next byte comes.
 */
export async function writeAll(port: SerialPort, bytes: Buffer): Promise<void> {
  const binding = port.port;
  const taken = new Promise<boolean>((resolve, reject) => {
    port.write(bytes, (error) => {
      if (error) reject(error);
      else resolve(true);
    });
  });
  while (!(await within(glance, taken, () => false))) {
    if (binding && 'poller' in binding) binding.poller.poll(readable + writable);
  }
}
