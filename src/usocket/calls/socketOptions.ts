import { asyncScheduler, type SchedulerLike } from 'rxjs';

import { isSize } from '../../streams/internal';
import { shownValue } from '../contract/messageOf';
import { callError } from '../contract/osError';

/** The options of a new socket, for the last argument of `usocket.socket()`. */
export interface SocketOptions {
  /** How many bytes the socket holds that it has received and no call has read yet. Default: 262144. */
  readonly receiveBuffer?: number;
  /**
   * Whether `send` of a stream socket resolves as soon as the interface has taken the bytes, before they are acknowledged.
   * A modem with AT 1.3 to 1.7 then takes the next bytes while the last ones are under way. A later failure is reported
   * by the next call, as with a non-blocking socket. `sendall`, `write` and `close` wait for the acknowledgement all the
   * same. It changes nothing on the host, whose operating system does this anyway, and with ESP-AT, which acknowledges
   * what it takes. Default: false.
   *
   *     const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, 0, { sendAhead: true });
   *     for (let at = 0; at < bytes.length; ) at += await socket.send(bytes.subarray(at));
   *     await socket.close(); // waits until all of them are acknowledged
   */
  readonly sendAhead?: boolean;
  /** The scheduler that times the calls. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** Returns the options with their defaults. Throws `EINVAL` for a wrong value. */
export function checkSocketOptions(options: SocketOptions): Required<SocketOptions> {
  const { receiveBuffer = 262_144, sendAhead = false, scheduler = asyncScheduler } = options;
  const invalid = (reason: string) => callError('socket', 'EINVAL', reason);
  if (!isSize(receiveBuffer)) {
    throw invalid(`receiveBuffer is a whole number of bytes from 0 up, not ${shownValue(receiveBuffer)}`);
  }
  if (typeof sendAhead !== 'boolean') throw invalid('sendAhead is true or false');
  return { receiveBuffer, sendAhead, scheduler };
}
