/** The address family of IPv4. The numbers in this file are those of CPython on Linux. */
export const AF_INET = 2;
/** The address family of IPv6. It converts addresses; there are no connections over IPv6. */
export const AF_INET6 = 10;

/** The type of a socket for connections (TCP). */
export const SOCK_STREAM = 1;
/** The type of a socket for datagrams (UDP). */
export const SOCK_DGRAM = 2;

/** The protocol of the type, and the level of the options of IP. */
export const IPPROTO_IP = 0;
/** The protocol of `SOCK_STREAM`, and the level of the options of TCP. */
export const IPPROTO_TCP = 6;
/** The protocol of `SOCK_DGRAM`. */
export const IPPROTO_UDP = 17;

/** The level of the options that belong to no protocol. */
export const SOL_SOCKET = 1;
/** Whether several sockets may use one local address. */
export const SO_REUSEADDR = 2;
/** Whether the socket may send broadcasts. Default: 0. */
export const SO_BROADCAST = 6;
/** The size of the send buffer, in bytes. Default: 8192. */
export const SO_SNDBUF = 7;
/** The size of the receive buffer, in bytes. `receiveBuffer` sets it for a new socket. */
export const SO_RCVBUF = 8;
/** Whether TCP asks a silent peer if it is still there. Set it before `connect`. Default: 0. */
export const SO_KEEPALIVE = 9;
/** A `struct linger` of 8 bytes. With 0 seconds, `close` resets the connection; other times change nothing. */
export const SO_LINGER = 13;
/** The time-out of calls that receive: a `struct timeval` of 8 or 16 bytes. `settimeout` sets both time-outs. */
export const SO_RCVTIMEO = 20;
/** The time-out of calls that send: a `struct timeval` of 8 or 16 bytes. */
export const SO_SNDTIMEO = 21;

/** A flag of `recv` and `recvfrom`: the bytes stay in the socket for the next call. */
export const MSG_PEEK = 2;
/** A flag of `recv`, `recvfrom` and `send`: the call does not wait, and fails with `EAGAIN` instead. */
export const MSG_DONTWAIT = 0x40;
/** A flag of `recv`: the call waits until it has as many bytes as were asked for, or until the end. */
export const MSG_WAITALL = 0x100;
/** A flag of `send` that changes nothing, because there are no signals here. */
export const MSG_NOSIGNAL = 0x4000;

/** An option of TCP: small sends leave at once. */
export const TCP_NODELAY = 1;
/** An option of TCP: after how many seconds of silence `SO_KEEPALIVE` asks. */
export const TCP_KEEPIDLE = 4;

/** An option of IP: joins a multicast group, which is a `struct ip_mreq`. */
export const IP_ADD_MEMBERSHIP = 35;
/** An option of IP: leaves a multicast group, which is a `struct ip_mreq`. */
export const IP_DROP_MEMBERSHIP = 36;
