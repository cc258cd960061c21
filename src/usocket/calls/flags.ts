import { MSG_DONTWAIT, MSG_NOSIGNAL, MSG_PEEK, MSG_WAITALL } from '../contract/constants';
import { OSError } from '../contract/osError';

/** What the flags of one call ask for. */
interface Flags {
  /** What is read stays for the next read. */
  readonly peek: boolean;
  /** The call does not wait, whatever the socket does. */
  readonly dontWait: boolean;
  /** The read waits for all that it asks for. */
  readonly waitAll: boolean;
}

/** Flags of the calls that receive. `MSG_WAITALL` means nothing to datagrams: each is whole. */
export const receiveFlags = MSG_PEEK | MSG_DONTWAIT | MSG_WAITALL;
/** Flags of the calls that send. There are no signals, so the one against them changes nothing. */
export const sendFlags = MSG_DONTWAIT | MSG_NOSIGNAL;

/**
 * Says what the flags of a call ask for. Throws `EINVAL` for what is no number, and `EOPNOTSUPP` for a flag that is not
 * known, as BSD has it: a call that ignored one would do something else than was asked.
 *
 * @param known Those that the call knows.
 */
export function flagsOf(flags: number | null, known: number, syscall: string): Flags {
  const mask = flags ?? 0;
  if (!Number.isInteger(mask) || mask < 0) {
    throw new OSError('EINVAL', syscall, `${syscall}: flags are MSG_ constants or 0, not ${flags}`);
  }
  if ((mask & ~known) !== 0) {
    throw new OSError(
      'EOPNOTSUPP',
      syscall,
      `${syscall}: the flags 0x${(mask & ~known).toString(16)} are not known here`,
    );
  }
  return {
    peek: (mask & MSG_PEEK) !== 0,
    dontWait: (mask & MSG_DONTWAIT) !== 0,
    waitAll: (mask & MSG_WAITALL) !== 0,
  };
}
