import { type ErrorCode, isErrorCode } from '../usocket/contract/errno';
import { OSError } from '../usocket/contract/osError';

/** What each error code means for one who asked for a connection, and what to try. */
const meaning: Partial<Record<ErrorCode, string>> = {
  EACCES: 'this program may not open it; ports and addresses can be forbidden by a firewall or a sandbox',
  EADDRNOTAVAIL: 'no local address or port is left to connect from; check the address, or close unused sockets',
  ECONNABORTED: 'the operating system gave the connection up; connect again',
  ECONNREFUSED: 'nobody listens there; check that the server runs and that the port is right',
  ECONNRESET: 'the peer broke the connection off; connect again',
  EHOSTUNREACH: 'the host does not answer on its network; check that it is switched on and the address is right',
  EINVAL: 'the operating system does not accept this address; check it',
  EMFILE: 'this program has too many files and sockets open; close some, or raise `ulimit -n`',
  ENETDOWN: 'the network interface is down; check cable or Wi-Fi',
  ENETUNREACH: 'no route leads to that network; check that this machine is on line',
  ENOBUFS: 'the operating system has no memory left for sockets; close some',
  EPIPE: 'the connection has ended; connect again',
  ETIMEDOUT: 'no answer came in time; check address, firewall and network',
  EAI_NONAME: 'there is no such name; check its spelling',
  EAI_AGAIN: 'no name server could be asked; check the network and try again',
  EAI_FAIL: 'the name server failed',
};

/** Node's names that are spelled otherwise in our table. */
const otherNames: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'EAI_NONAME',
  ENODATA: 'EAI_NONAME',
  ENFILE: 'EMFILE',
  ERR_STREAM_DESTROYED: 'EPIPE',
  ERR_STREAM_WRITE_AFTER_END: 'EPIPE',
  ERR_SOCKET_CLOSED: 'EPIPE',
};

/** Node's name for what happened: the `code` of its error. */
function nodeCodeOf(cause: Error): string {
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown';
}

/**
 * Puts a failure of Node's `net` or `dns` into the words of the socket module. What has no number there becomes
 * `EIO` (`EAI_FAIL` from a name look-up); the original is always the `cause`.
 *
 * @param call The call that failed and what it was asked, as in `'connect to 192.168.1.9:80'`.
 * @param syscall Its bare name, `'connect'`.
 */
export function hostError(call: string, syscall: string, cause: Error): OSError {
  const answer = nodeCodeOf(cause);
  const code = isErrorCode(answer) ? answer : (otherNames[answer] ?? (syscall === 'getaddrinfo' ? 'EAI_FAIL' : 'EIO'));
  const told = meaning[code] ?? cause.message;
  return new OSError(code, syscall, `${call}: ${told} (the operating system answered ${answer})`, { cause });
}
