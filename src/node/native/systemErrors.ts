import { getSystemErrorMap } from 'node:util';

import { hideOperators } from '../../usocket/contract/callerStack';
import { OSError } from '../../usocket/contract/osError';

/** The negative numbers that Node.js has for the errors of the operating system, by their names. */
const numbers: ReadonlyMap<string, number> = new Map(
  [...getSystemErrorMap()].map(([number, [name]]) => [name, number]),
);

/** Codes of `OSError` that a program would not expect of the operating system. */
const otherNames: Readonly<Record<string, string>> = {
  // The interface has been closed under the connection.
  EBADF: 'ENETDOWN',
  // The same number on most systems, and the name that Node.js has for it.
  EOPNOTSUPP: 'ENOTSUP',
};

/** The number that Node.js has for an error of the operating system: `numberOf('ECONNRESET')` is -104 on Linux. */
export function numberOf(code: string): number {
  return numbers.get(code) ?? numbers.get('EIO') ?? -5;
}

/** The name and the number that Node.js has for the failure of a socket. What the operating system cannot say is `EIO`. */
export function systemCode(failure: unknown): { readonly code: string; readonly errno: number } {
  const given = failure instanceof OSError ? failure.code : 'EIO';
  const code = otherNames[given] ?? given;
  return { code: numbers.has(code) ? code : 'EIO', errno: numberOf(code) };
}

/**
 * Whether the program itself has closed the interface. That is no failure: an error that nobody expects any more, such as one
 * of a connection that is kept for later, would end the program.
 */
export function isInterfaceClosed(failure: unknown): boolean {
  return failure instanceof OSError && failure.code === 'EBADF';
}

/** Makes the error that Node.js makes where a call of the operating system has failed. `cause` says more. */
export function systemCallError(syscall: string, cause: unknown): NodeJS.ErrnoException {
  const { code, errno } = systemCode(cause);
  return hideOperators(Object.assign(new Error(`${syscall} ${code}`, { cause }), { errno, code, syscall }));
}
