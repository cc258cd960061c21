import { type ErrorCode, isErrorCode } from '../usocket/contract/errno';
import { OSError } from '../usocket/contract/osError';

/** What each error means for a program that asked for a connection, and what to try. */
const advice: Partial<Record<ErrorCode, string>> = {
  EACCES:
    'this program may not open it; ports and addresses can be forbidden by a firewall, a sandbox or `node --permission`',
  EADDRNOTAVAIL: 'no local address or port is left to connect from; check the address, or close unused sockets',
  ECONNABORTED: 'the operating system gave the connection up; connect again',
  ECONNREFUSED: 'nobody listens there; check that the server runs and that the port is right',
  ECONNRESET: 'the peer broke the connection off; connect again',
  EHOSTUNREACH: 'the host does not answer on its network; check that it is switched on and the address is right',
  EINVAL: 'the operating system does not accept this address; check it',
  EMFILE: 'this program has too many files and sockets open; close some, or raise `ulimit -n`',
  ENETDOWN: 'the network interface is down; check the cable or the Wi-Fi',
  ENETUNREACH: 'no route leads to that network; check that this machine is online',
  ENOBUFS: 'the operating system has no memory left for sockets; close some',
  EPIPE: 'the connection has ended; connect again',
  ETIMEDOUT: 'no answer came in time; check the address, the firewall and the network',
  EAI_NONAME: 'there is no such host name; check its spelling',
  EAI_AGAIN: 'no name server could be asked; check the network and try again',
  EAI_FAIL: 'the name server failed',
};

/** Codes of Node.js that have another name in the socket module. */
const otherNames: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'EAI_NONAME',
  ENODATA: 'EAI_NONAME',
  ENFILE: 'EMFILE',
  // Of `node --permission` without `--allow-net`.
  ERR_ACCESS_DENIED: 'EACCES',
  ERR_STREAM_DESTROYED: 'EPIPE',
  ERR_STREAM_WRITE_AFTER_END: 'EPIPE',
  ERR_SOCKET_CLOSED: 'EPIPE',
};

/**
 * Makes an `OSError` of an error of Node's `net`, `tls`, `dgram` or `dns`, with advice on what to try. A code that the
 * socket module does not have becomes `EIO`, or `EAI_FAIL` for a name look-up. The original error is the `cause`.
 *
 * @param call The call with its peer, for the message: `'connect to 192.168.1.9:80'`.
 * @param syscall The name of the call alone: `'connect'`.
 * @param as The code of the `OSError`, where it is not that of the cause.
 */
export function systemError(call: string, syscall: string, cause: Error, as?: ErrorCode): OSError {
  const answer = 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown';
  const unknown = syscall === 'getaddrinfo' ? 'EAI_FAIL' : 'EIO';
  const code = isErrorCode(answer) ? answer : (otherNames[answer] ?? unknown);
  const message = `${call}: ${advice[code] ?? cause.message} (the operating system answered ${answer})`;
  return new OSError(as ?? code, syscall, message, { cause });
}
