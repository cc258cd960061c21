import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { SocketLanes } from '../../src/marbles/socketLanes';

describe('the lanes of sockets', () => {
  it('are one for each of the first sockets', () => {
    const lanes = new SocketLanes();
    expect([7, 3, 7, 9].map((socket) => lanes.laneOf(socket))).toEqual([0, 1, 0, 2]);
  });

  it('are given again: those of closed sockets first, and the quiet ones of them first', () => {
    const lanes = new SocketLanes();
    for (let socket = 1; socket <= 16; socket++) lanes.laneOf(socket);
    lanes.close(5);
    lanes.close(3);
    expect([17, 18, 19].map((socket) => lanes.laneOf(socket))).toEqual([2, 4, 0]);
  });

  it('keep sockets that are used apart', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40)), (sockets) => {
        const lanes = new SocketLanes();
        const given = sockets.map((socket) => lanes.laneOf(socket));
        const latest = new Map(sockets.map((socket, at) => [socket, given[at]]).slice(-16) as [number, number][]);
        expect(new Set(latest.values()).size).toBe(latest.size);
      }),
    );
  });
});
