import { describe, expect, it } from '@jest/globals';

import type { Fault } from '../../../src/emulator';
import { modemsAndPeers, slowSend } from '../support/modemsAndPeers';

const { modems, peers, connected } = modemsAndPeers();

describe.each(['1.5', '1.7.4'] as const)('sending with AT %s', (firmware) => {
  it('S24 [N] puts a message into the echo of a command', async () => {
    const { host, peer, others } = await connected(firmware, 2);
    await host.asks('ATE1');
    host.type('AT+CIPSEND=0,');
    await host.reads('AT+CIPSEND=0,');
    others[0]!.socket.end();
    await host.reads('1,CLOSED\r\n');
    host.type('98\r\n');
    await host.reads('98\r\r\n\r\nOK\r\n> ');
    host.type('x'.repeat(98));
    await peer.reads('x'.repeat(98));
  });

  it('S33 [N] takes several segments before it has sent the first', async () => {
    const { host, peer } = await connected(firmware, 1, { latency: 1, latencies: slowSend });
    await host.asks('AT+CIPSENDBUF=0,4', '1,0\r\n\r\nOK\r\n> ');
    host.type('data');
    await host.reads('\r\nRecv 4 bytes\r\n');
    await host.asks('AT+CIPSENDBUF=0,3', '2,0\r\n\r\nOK\r\n> ');
    host.type('two');
    await host.readsUntil(/Recv 3 bytes\r\n/);
    await host.readsUntil(/0,2,SEND OK\r\n/);
    await peer.reads('datatwo');
    await host.asks('AT+CIPCHECKSEQ=0,2', '0,2,TRUE\r\n\r\nOK\r\n');
    await host.asks('AT+CIPBUFSTATUS=0', '3,2,2,2920,8\r\n\r\nOK\r\n');
  });
});

describe.each(['1.5', '1.7.4'] as const)('sending segments with AT %s', (firmware) => {
  async function failing(fault: Fault) {
    const { host, peer } = await connected(firmware, 1, { latency: 1, latencies: slowSend });
    host.emulator.fault(fault);
    await host.asks('AT+CIPSENDBUF=0,3', '1,0\r\n\r\nOK\r\n> ');
    host.type('one');
    await host.reads('\r\nRecv 3 bytes\r\n');
    await host.asks('AT+CIPSENDBUF=0,3', '2,0\r\n\r\nOK\r\n> ');
    host.type('two');
    await host.readsUntil(/Recv 3 bytes\r\n/);
    return { host, peer };
  }

  it('[N] keeps their order when the first fails, and its resend works out', async () => {
    const { host, peer } = await failing({ kind: 'send-fail', thenOk: true });
    await host.readsUntil(/0,1,SEND FAIL\r\n[^]*0,1,SEND OK\r\n[^]*0,2,SEND OK\r\n/);
    await peer.reads('onetwo');
  });

  it('[N] sends none after one that has failed for good', async () => {
    const { host, peer } = await failing({ kind: 'send-fail' });
    await host.readsUntil(/0,1,SEND FAIL\r\n[^]*0,CLOSED\r\n/);
    await peer.ended();
    expect(peer.received).toBe('');
  });

  it('[N] reports and counts them on a single link, too', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks('AT+CIPMUX=0');
    await host.asks(`AT+CIPSTART="TCP","127.0.0.1",${port}`, 'CONNECT\r\n\r\nOK\r\n');
    await next();
    await host.asks('AT+CIPSENDBUF=4', '1,0\r\n\r\nOK\r\n> ');
    host.type('data');
    await host.reads('\r\nRecv 4 bytes\r\n\r\n1,SEND OK\r\n');
    await host.asks('AT+CIPBUFSTATUS', '2,1,1,2920,8\r\n\r\nOK\r\n');
    await host.asks('AT+CIPBUFRESET');
    await host.asks('AT+CIPBUFSTATUS', '1,0,0,2920,8\r\n\r\nOK\r\n');
  });
});
