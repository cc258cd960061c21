/** How many lanes sockets have. */
const mostLanes = 16;

interface Used {
  socket: number;
  isClosed: boolean;
  /** Counts the calls, so that the lane with the lowest number has been quiet for the longest time. */
  usedAt: number;
}

/**
 * Gives sockets their lanes: each one a lane of its own while there are some, and after that the lane of a socket that is
 * closed, or that has been quiet for the longest time. So a program with thousands of sockets has no thousands of lanes.
 */
export class SocketLanes {
  private readonly lanes: Used[] = [];
  private calls = 0;

  /** The number of the socket's lane. */
  laneOf(socket: number): number {
    const known = this.lanes.findIndex((lane) => lane.socket === socket);
    const lane = known >= 0 ? known : this.give(socket);
    const used = this.lanes[lane];
    if (used) used.usedAt = this.calls++;
    return lane;
  }

  /** The socket is not used any more. */
  close(socket: number): void {
    const used = this.lanes.find((lane) => lane.socket === socket);
    if (used) used.isClosed = true;
  }

  private give(socket: number): number {
    const given: Used = { socket, isClosed: false, usedAt: 0 };
    if (this.lanes.length < mostLanes) return this.lanes.push(given) - 1;
    const closed = this.lanes.filter(({ isClosed }) => isClosed);
    const oldest = (closed.length > 0 ? closed : this.lanes).reduce((one, other) =>
      other.usedAt < one.usedAt ? other : one,
    );
    const lane = this.lanes.indexOf(oldest);
    this.lanes[lane] = given;
    return lane;
  }
}
