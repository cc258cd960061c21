import { describe, expect, it } from '@jest/globals';
import type { InterfaceState, LinkState } from 'rx-usocket/watch';

import { factsOf, peerOf, unreadOf } from '../../src/modem/words';

const starting: InterfaceState = { modem: 'starting', wifi: 'down', waitingCommands: 0, links: [], sockets: [] };

const link: LinkState = {
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

  it('tell the bytes that wait in the modem apart', () => {
    expect(unreadOf(link)).toBe('1,460');
    expect(unreadOf({ ...link, waiting: 2920 })).toBe('1,460 + 2,920');
  });
});
