import { describe, expect, it } from '@jest/globals';

import { allSockets } from '../support/sockets';
import { carrying } from './carrying';
import { ending } from './ending';
import { opening } from './opening';
import { serving } from './serving';
import { expected, Stage } from './situation';

const situations = [...opening, ...carrying, ...ending, ...serving];

/** What Node.js documents of `net.Socket` and `net.Server`: https://nodejs.org/api/net.html */
const documented = {
  events: [
    ...['close', 'connect', 'connectionAttempt', 'connectionAttemptFailed', 'data', 'drain', 'end', 'error', 'lookup'],
    ...['ready', 'timeout', 'server close', 'server connection', 'server drop', 'server error', 'server listening'],
  ],
  members: [
    ...['address', 'autoSelectFamilyAttemptedAddresses', 'bytesRead', 'bytesWritten', 'connect', 'connecting'],
    ...['destroy', 'destroyed', 'destroySoon', 'end', 'localAddress', 'localPort', 'localFamily', 'pause', 'pending'],
    ...['readyState', 'ref', 'remoteAddress', 'remoteFamily', 'remotePort', 'resetAndDestroy', 'resume', 'setEncoding'],
    ...['setKeepAlive', 'setNoDelay', 'setTimeout', 'timeout', 'unref', 'write'],
    ...['close', 'getConnections', 'listen', 'listening', 'maxConnections'],
  ],
};

describe.each(allSockets)('conformance, on $name:', (tested) => {
  it.each(situations)('$name', async (situation) => {
    await using stage = await Stage.on(tested);
    await situation.play(stage);
    expect(stage.log).toEqual(expected(situation, tested));
  });
});

describe('the table of situations', () => {
  it('has every event that Node.js documents', () => {
    // `connectionAttemptTimeout` is for several addresses. Over an interface, one is tried.
    const all = situations.flatMap(({ events, ours }) => [...events, ...(ours?.events ?? [])]);
    expect(documented.events.filter((name) => !all.some((event) => event.startsWith(`${name} `)))).toEqual([]);
  });

  it('has every method and property that Node.js documents', () => {
    const played = situations.map(({ play }) => String(play)).join('\n');
    expect(documented.members.filter((name) => !new RegExp(`[.{,] ?${name}\\b`).test(played))).toEqual([]);
  });
});
