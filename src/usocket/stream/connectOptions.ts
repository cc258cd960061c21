import type { StreamOptions, TlsOptions } from '../nic';
import { OSError } from '../osError';

/** How a socket is connected. */
export type ConnectOptions = Pick<StreamOptions, 'tls'>;

/** Checks what a call was given; `EINVAL` for what is no such thing. A slip must not end in a connection in the clear. */
export function checkConnectOptions(options: ConnectOptions): ConnectOptions {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new OSError('EINVAL', 'connect', 'connect: the options are an object, { tls }');
  }
  const { tls } = options;
  if (tls === undefined) return {};
  if (typeof tls !== 'object' || (tls as unknown) === null) {
    throw new OSError('EINVAL', 'connect', 'connect: tls is an object, { verify, serverName }, both optional');
  }
  const { verify, serverName } = tls as Partial<Record<keyof TlsOptions, unknown>>;
  if (verify !== undefined && typeof verify !== 'boolean') {
    throw new OSError('EINVAL', 'connect', 'connect: tls.verify is true or false');
  }
  if (serverName !== undefined && (typeof serverName !== 'string' || !/^[^\s\p{Cc}]+$/u.test(serverName))) {
    const message = `connect: tls.serverName is a name without blanks and control characters, not ${JSON.stringify(serverName)}`;
    throw new OSError('EINVAL', 'connect', message);
  }
  return { tls };
}
