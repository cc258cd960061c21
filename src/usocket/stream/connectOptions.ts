import type { OpenStreamOptions, TlsOptions } from '../contract/nic';
import { OSError } from '../contract/osError';

/** How a socket is connected. */
export type ConnectOptions = Pick<OpenStreamOptions, 'tls'>;

/** Checks what a call was given; `EINVAL` for what is no such thing. A slip must not end in a connection in the clear. */
export function checkConnectOptions(options: ConnectOptions): ConnectOptions {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new OSError('EINVAL', 'connect', 'connect: the options are an object, { tls, signal }');
  }
  const unknown = Object.keys(options).find((name) => !['tls', 'signal'].includes(name));
  if (unknown !== undefined) {
    const message = `connect: there is no option ${JSON.stringify(unknown)}; there are tls and signal`;
    throw new OSError('EINVAL', 'connect', message);
  }
  const { tls } = options;
  if (tls === undefined) return {};
  if (typeof tls !== 'object' || (tls as unknown) === null) {
    throw new OSError('EINVAL', 'connect', 'connect: tls is an object, { verify, serverName, ca }, all optional');
  }
  const { verify, serverName, ca } = tls as Partial<Record<keyof TlsOptions, unknown>>;
  if (verify !== undefined && typeof verify !== 'boolean') {
    throw new OSError('EINVAL', 'connect', 'connect: tls.verify is true or false');
  }
  if (serverName !== undefined && (typeof serverName !== 'string' || !/^[^\s\p{Cc}]+$/u.test(serverName))) {
    const message = `connect: tls.serverName is a name without blanks and control characters, not ${JSON.stringify(serverName)}`;
    throw new OSError('EINVAL', 'connect', message);
  }
  if (ca !== undefined && !isCertificates(ca)) {
    throw new OSError(
      'EINVAL',
      'connect',
      'connect: tls.ca is the text or the bytes of certificates, or a list of such',
    );
  }
  if (ca !== undefined && verify === false) {
    throw new OSError(
      'EINVAL',
      'connect',
      'connect: tls.ca is what a peer is checked by, and verify: false checks none',
    );
  }
  return { tls };
}

function isCertificates(ca: unknown): boolean {
  return [ca].flat().every((each) => typeof each === 'string' || each instanceof Uint8Array);
}
