import { describe, expect, it } from '@jest/globals';
import type { InterfaceState, LinkDetails } from 'rx-usocket/watch';

import { factsOf, peerOf, unreadOf } from '../../src/modem/words';

const starting: InterfaceState = { modem: 'starting', wifi: 'down', waitingCommands: 0, links: [], sockets: [] };

const link: LinkDetails = {
  id: 0,
  kind: 'tcp',
  stage: 'open',
  received: 10,
  sent: 20,
  queued: 1460,
  waiting: 0,
  isHeld: false,
};

describe('the words of the modem panel', () => {
  it('leave out what is not known yet', () => {
    expect(factsOf(starting)).toEqual([
      ['Modem', 'being set up'],
      ['Wi-Fi', 'not on a network'],
      ['Waiting commands', '0'],
    ]);
  });

  it('say what the speed of the line allows', () => {
    expect(factsOf({ ...starting, baud: 115200 })).toContainEqual(['Speed', '115,200 baud, 11,520 bytes/s']);
  });

  it('name the network', () => {
    expect(factsOf({ ...starting, wifi: 'joining', ssid: 'net' })).toContainEqual(['Wi-Fi', 'joining “net”']);
    expect(factsOf({ ...starting, wifi: 'up' })).toContainEqual(['Wi-Fi', 'on a network']);
  });

  it('name the other end of a link, once it is known', () => {
    expect(peerOf({ ...link, remote: { address: '10.0.0.7', port: 80 } })).toBe('10.0.0.7:80');
    expect(peerOf(link)).toBe('–');
  });

  it('add up what a socket has not read, and say how much of it is still in the modem', () => {
    expect(unreadOf(link)).toEqual({ bytes: '1,460' });
    expect(unreadOf({ ...link, queued: 0, waiting: 970 })).toEqual({ bytes: '970', place: 'in the modem' });
    expect(unreadOf({ ...link, waiting: 2920 })).toEqual({ bytes: '4,380', place: '2,920 in the modem' });
  });
});
