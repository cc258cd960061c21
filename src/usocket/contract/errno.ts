/** The error numbers of MicroPython's `uerrno`, which are those of Linux. */
export const errnoOf = {
  /** The operation is not permitted. */
  EPERM: 1,
  /** There is no such network, file or registered stream. */
  ENOENT: 2,
  /** The modem does not answer, or has lost data. */
  EIO: 5,
  /** The socket, the line or the interface is closed. */
  EBADF: 9,
  /** The call would have to wait, and the socket is non-blocking. Try again later. */
  EAGAIN: 11,
  /** There is not enough memory. */
  ENOMEM: 12,
  /** Access is denied: to a port, to a network (the key is wrong), or to broadcasts (`SO_BROADCAST` is not set). */
  EACCES: 13,
  /** Another program, or another interface, uses the line. */
  EBUSY: 16,
  /** There is already something with this name. */
  EEXIST: 17,
  /** There is no such port, no interface, or the line is lost. */
  ENODEV: 19,
  /** An argument has a wrong type, or is out of range. */
  EINVAL: 22,
  /** All five links of the modem are in use. */
  EMFILE: 24,
  /** The connection has ended, so nothing can be sent on it. */
  EPIPE: 32,
  /** The function is not implemented. */
  ENOSYS: 38,
  /** The answers make no sense; usually the baud rate is wrong. */
  EPROTO: 71,
  /** The socket has no peer, or no address, and the call needs one. */
  EDESTADDRREQ: 89,
  /** The datagram is too long, or empty. */
  EMSGSIZE: 90,
  /** The interface does not support this socket option. */
  ENOPROTOOPT: 92,
  /** There is no socket of this type and protocol. */
  EPROTONOSUPPORT: 93,
  /** The interface, or this kind of socket, does not support the operation. */
  EOPNOTSUPP: 95,
  /** The address family is not supported. */
  EAFNOSUPPORT: 97,
  /** The port is already in use. */
  EADDRINUSE: 98,
  /** The interface cannot use this local address or port. */
  EADDRNOTAVAIL: 99,
  /** The network was lost. */
  ENETDOWN: 100,
  /** The interface has joined no network. */
  ENETUNREACH: 101,
  /** The connection was aborted before it was accepted. */
  ECONNABORTED: 103,
  /** The peer has reset the connection, or the modem has restarted. */
  ECONNRESET: 104,
  /** A buffer is full: data came faster than the program read them, or the modem cannot send now. */
  ENOBUFS: 105,
  /** The socket is already connected, or listens. */
  EISCONN: 106,
  /** The socket is not connected. */
  ENOTCONN: 107,
  /** The time is over: the time-out of the socket, or the patience with the modem or the peer. */
  ETIMEDOUT: 110,
  /** The peer, or the access point, refuses the connection. */
  ECONNREFUSED: 111,
  /** There is no route to the host. */
  EHOSTUNREACH: 113,
  /** The socket is already connecting. */
  EALREADY: 114,
  /** The non-blocking `connect` has begun. The socket becomes writable when it is connected. */
  EINPROGRESS: 115,
  // The failures of `getaddrinfo` are negative numbers (the socket document, `getaddrinfo`).
  /** A flag of `getaddrinfo` is not supported. */
  EAI_BADFLAGS: -1,
  /** The name server knows no such host. */
  EAI_NONAME: -2,
  /** The name server did not answer. Try again later. */
  EAI_AGAIN: -3,
  /** The interface could not resolve the name, for an unknown reason. */
  EAI_FAIL: -4,
  /** Only `AF_INET` is supported. */
  EAI_FAMILY: -6,
  /** There is no socket of this type and protocol. */
  EAI_SOCKTYPE: -7,
  /** The port is not known. */
  EAI_SERVICE: -8,
} as const;

/** A symbolic error name, `'ETIMEDOUT'`. `OSError.code` is one. */
export type ErrorCode = keyof typeof errnoOf;

/** The symbolic name of each error number. */
export const errorcode: Readonly<Record<number, ErrorCode | undefined>> = Object.fromEntries(
  Object.entries(errnoOf).map(([name, number]) => [number, name as ErrorCode]),
);

/** Whether a code, such as that of a Node.js error, is in the table. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errnoOf, code);
}
