import type { Call } from '../calls/call';
import type { OpenStreamOptions, TlsOptions } from '../contract/nic';

/** How `connect` opens a connection. */
export type ConnectOptions = Pick<OpenStreamOptions, 'tls'>;

/**
 * Checks the options of `connect`. Throws `EINVAL` for an unknown option or a wrong value, because a misspelt option
 * must not open an unencrypted connection.
 */
export function checkConnectOptions(call: Call, options: ConnectOptions): ConnectOptions {
  const invalid = (reason: string) => call.error('EINVAL', reason);
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw invalid('the options are an object, { tls, signal }');
  }
  const unknown = Object.keys(options).find((name) => !['tls', 'signal'].includes(name));
  if (unknown !== undefined) {
    throw invalid(`there is no option ${JSON.stringify(unknown)}; there are tls and signal`);
  }
  const { tls } = options;
  if (tls === undefined) return {};
  if (typeof tls !== 'object' || (tls as unknown) === null) {
    throw invalid('tls is an object, { verify, serverName, ca }, all optional');
  }
  const { verify, serverName, ca } = tls as Partial<Record<keyof TlsOptions, unknown>>;
  if (verify !== undefined && typeof verify !== 'boolean') throw invalid('tls.verify is true or false');
  if (serverName !== undefined && (typeof serverName !== 'string' || !/^[^\s\p{Cc}]+$/u.test(serverName))) {
    const given = JSON.stringify(serverName);
    throw invalid(`tls.serverName is a name without blanks and control characters, not ${given}`);
  }
  if (ca !== undefined && !isCertificates(ca)) {
    throw invalid('tls.ca is the text or the bytes of certificates, or a list of those');
  }
  if (ca !== undefined && verify === false) {
    throw invalid('tls.ca has no effect with verify: false; leave one of the two out');
  }
  return { tls };
}

function isCertificates(ca: unknown): boolean {
  return [ca].flat().every((each) => typeof each === 'string' || each instanceof Uint8Array);
}
