/** Bytes that a connection of a program has received. */
export interface IncomingBytes {
  /** The number of the connection, from 1, in the order in which they were opened. */
  readonly connection: number;
  readonly bytes: Uint8Array;
}
