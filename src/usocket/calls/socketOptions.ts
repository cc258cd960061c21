import { asyncScheduler, type SchedulerLike } from 'rxjs';

import { isSize } from '../../streams';
import { callError } from '../contract/osError';

/** The options of a new socket, for the last argument of `usocket.socket()`. */
export interface SocketOptions {
  /** How many bytes the socket holds that it has received and no call has read yet. Default: 262144. */
  readonly receiveBuffer?: number;
  /** The scheduler that times the calls. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** Returns the options with their defaults. Throws `EINVAL` for a size that is not a whole number of bytes. */
export function checkSocketOptions(options: SocketOptions): Required<SocketOptions> {
  const { receiveBuffer = 262_144, scheduler = asyncScheduler } = options;
  if (isSize(receiveBuffer)) return { receiveBuffer, scheduler };
  const reason = `receiveBuffer is a whole number of bytes from 0 up, not ${receiveBuffer}`;
  throw callError('socket', 'EINVAL', reason);
}
