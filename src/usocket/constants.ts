/** Address families, as in CPython on Linux. */
export const AF_INET = 2;
export const AF_INET6 = 10;

/** Socket types. */
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;

/** IP protocols; `socket()` picks the one that goes with the type. */
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
