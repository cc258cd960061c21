import { X509Certificate } from 'node:crypto';

import type { Certificates } from '../usocket/contract/nic';
import { callError } from '../usocket/contract/osError';

const block = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/**
 * Reads the certificates of authorities, and gives each in PEM. They are checked here because Node.js treats invalid
 * ones as an empty list, and then trusts no peer.
 *
 * Throws `EINVAL` when there is no certificate, or a damaged one.
 *
 * @param given PEM with one or several certificates, DER with one, or a list of these.
 */
export function certificatesOf(given: Certificates, syscall: string): readonly string[] {
  const all = Array.isArray(given) ? (given as readonly (string | Uint8Array)[]) : [given as string | Uint8Array];
  const found = all.flatMap((each) => read(each, syscall));
  if (found.length > 0) return found;
  throw callError(syscall, 'EINVAL', 'ca is an empty list; no peer would be trusted');
}

function read(given: string | Uint8Array, syscall: string): readonly string[] {
  const text = typeof given === 'string' ? given : Buffer.from(given).toString('latin1');
  const blocks = text.match(block) ?? [];
  try {
    if (blocks.length === 0 && typeof given !== 'string') return [new X509Certificate(given).toString()];
    for (const pem of blocks) new X509Certificate(pem);
  } catch (cause) {
    throw callError(syscall, 'EINVAL', 'ca has a certificate that cannot be read (PEM or DER)', { cause });
  }
  if (blocks.length > 0) return blocks;
  throw callError(syscall, 'EINVAL', 'ca has no certificate; it wants the text of a PEM file, not its name');
}
