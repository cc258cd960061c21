/** Why a proxy refuses a request, in the words of each protocol. */
export interface Refusal {
  /** The status of HTTP. */
  readonly status: number;
  /** The name of the SOCKS5 reply. */
  readonly reply: SocksReply;
  /** A sentence for people. */
  readonly reason: string;
}

/** The replies of SOCKS5 that say why a connection is not there (RFC 1928, section 6). */
type SocksReply =
  'GENERAL_FAILURE' | 'NETWORK_UNREACHABLE' | 'HOST_UNREACHABLE' | 'CONNECTION_REFUSED' | 'ADDRESS_TYPE_NOT_SUPPORTED';

const replies: Readonly<Record<string, readonly [status: number, reply: SocksReply]>> = {
  // All links have been in use for longer than a connection waits.
  EMFILE: [503, 'GENERAL_FAILURE'],
  ECONNREFUSED: [502, 'CONNECTION_REFUSED'],
  ENOTFOUND: [502, 'HOST_UNREACHABLE'],
  EAI_AGAIN: [502, 'HOST_UNREACHABLE'],
  EAI_FAIL: [502, 'HOST_UNREACHABLE'],
  EHOSTUNREACH: [502, 'HOST_UNREACHABLE'],
  ETIMEDOUT: [504, 'HOST_UNREACHABLE'],
  ENETUNREACH: [503, 'NETWORK_UNREACHABLE'],
  ENETDOWN: [503, 'NETWORK_UNREACHABLE'],
  EAFNOSUPPORT: [502, 'ADDRESS_TYPE_NOT_SUPPORTED'],
};

/** Says why a connection could not be opened. */
export function refusalOf(error: Error): Refusal {
  const code = 'code' in error ? String(error.code) : '';
  const [status, reply] = replies[code] ?? [502, 'GENERAL_FAILURE'];
  return { status, reply, reason: explained(error) };
}

/** What an error of a socket says. Its cause is the error of the interface, which says what to try. */
export function explained({ message, cause }: Error): string {
  if (!(cause instanceof Error)) return message;
  // Both begin with the name of the call.
  return `${message}: ${'syscall' in cause ? cause.message.replace(`${String(cause.syscall)}: `, '') : cause.message}`;
}
