/** Address families, as in CPython on Linux. */
export const AF_INET = 2;
export const AF_INET6 = 10;

/** Socket types. */
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;

/** IP protocols; `socket()` picks the one that goes with the type. */
export const IPPROTO_IP = 0;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;

/** The level of `setsockopt` that is of no protocol, and its options. */
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_BROADCAST = 6;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_KEEPALIVE = 9;
export const SO_LINGER = 13;
export const SO_RCVTIMEO = 20;
export const SO_SNDTIMEO = 21;

/** Flags of `recv`, `recvfrom` and `send`. */
export const MSG_PEEK = 2;
export const MSG_DONTWAIT = 0x40;
export const MSG_WAITALL = 0x100;
export const MSG_NOSIGNAL = 0x4000;

/** Options of the level `IPPROTO_TCP`. */
export const TCP_NODELAY = 1;
export const TCP_KEEPIDLE = 4;

/** Options of the level `IPPROTO_IP`. */
export const IP_ADD_MEMBERSHIP = 35;
export const IP_DROP_MEMBERSHIP = 36;
