import { type Address, usocket } from 'rx-usocket';

import type { Meter } from './meter';

/** The most bytes that one command of the modem takes. */
const piece = 2048;

/**
 * Sends bytes over the modem.
 *
 * @param meter Counts the bytes that the modem has sent.
 * @param onProgress Is called after each piece.
 */
export async function upload(address: Address, bytes: Buffer, meter: Meter, onProgress: () => void): Promise<void> {
  const sock = usocket.socket();
  try {
    sock.settimeout(30);
    await sock.connect(address);
    for (let from = 0; from < bytes.length; from += piece) {
      const img = bytes.subarray(from, from + piece);
      await sock.sendall(img);
      meter.count(img.length);
      onProgress();
    }
  } finally {
    await sock.close();
  }
}
