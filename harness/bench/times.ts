/** The times of the virtual modems, in milliseconds. They are always the same. */
export const times = {
  /** What the modem itself takes for each step: for a command, and for what it does with the bytes of a send. */
  step: 1,
  /** From the modem to the peer and back. */
  roundTrip: 5,
};
