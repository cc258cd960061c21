import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';

import { firmwareVersions } from '../../../src/emulator';
import { modemsAndPeers, slowSend } from '../support/modemsAndPeers';
import { letPass } from '../../../harness/time/virtualTime';

const { modems, peers, connected } = modemsAndPeers();

describe.each(firmwareVersions)('sending with AT %s', (firmware) => {
  const nonos = firmware !== '2.2.2';
  const prompt = nonos ? '\r\nOK\r\n> ' : '\r\nOK\r\n\r\n>';
  const refusal = (words: string): string => (nonos ? `${words}\r\n` : '') + '\r\nERROR\r\n';

  it('S21 S22 prompts, takes the bytes, and says that they were sent', async () => {
    const { host, peer } = await connected(firmware);
    await host.asks('AT+CIPSEND=0,5', prompt);
    host.type('hello');
    await host.reads('\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n');
    await peer.reads('hello');
  });

  it('S21 S22 counts the payload, whatever it looks like and however it is cut', async () => {
    const { host, peer } = await connected(firmware);
    const payload = '\r\nAT+RST\r\nOK\r\n> \x00\xff+++\n';
    await host.asks(`AT+CIPSEND=0,${payload.length}`, prompt);
    for (const char of payload) host.type(char);
    await host.reads(`\r\nRecv ${payload.length} bytes\r\n\r\nSEND OK\r\n`);
    await peer.reads(payload);
  });

  it('S21 S22 does not take what was typed ahead of the prompt for payload', async () => {
    const { host, peer } = await connected(firmware, 1, { latency: 1, latencies: { ...slowSend, command: [2, 2] } });
    host.type('AT+CIPSEND=0,3\r\nxyz');
    await host.reads(prompt);
    host.type('abc');
    await peer.reads('abc');
  });

  it('S23 tells of data of another link between prompt and Recv', async () => {
    const { host, others } = await connected(firmware, 2);
    await host.asks('AT+CIPSEND=0,98', prompt);
    await others[0]!.send('abc');
    await host.reads('\r\n+IPD,1,3:abc');
    host.type('x'.repeat(98));
    await host.reads('\r\nRecv 98 bytes\r\n\r\nSEND OK\r\n');
  });

  it('S23 tells of data of another link between Recv and SEND OK', async () => {
    const slow = { latency: 1, latencies: slowSend } as const;
    const { host, others } = await connected(firmware, 2, slow);
    await host.asks('AT+CIPSEND=0,4', prompt);
    host.type('data');
    await host.reads('\r\nRecv 4 bytes\r\n');
    await others[0]!.send('de');
    await host.reads('\r\n+IPD,1,2:de\r\nSEND OK\r\n');
  });

  it('S25 S31 the peer goes away during a send', async () => {
    const { host, peer } = await connected(firmware, 1, { latency: 1, latencies: slowSend });
    await host.asks('AT+CIPSEND=0,3', prompt);
    host.type('abc');
    await host.reads('\r\nRecv 3 bytes\r\n');
    peer.socket.resetAndDestroy();
    await host.reads(nonos ? '0,CLOSED\r\nSEND FAIL\r\n' : '\r\nSEND FAIL\r\n0,CLOSED\r\n');
    await host.asks('AT+CIPCLOSE=0', refusal('UNLINK'));
  });

  it("reports the peer's end after the acknowledgement that came before it", async () => {
    const { host, peer } = await connected(firmware, 1, { latency: 1, latencies: slowSend });
    await host.asks('AT+CIPSEND=0,3', prompt);
    host.type('abc');
    await host.reads('\r\nRecv 3 bytes\r\n');
    await peer.reads('abc');
    peer.socket.end();
    await host.reads('\r\nSEND OK\r\n0,CLOSED\r\n');
  });

  it('delivers what is on its way to a peer that has ended', async () => {
    const { host, peer } = await connected(firmware, 1, {
      latency: 1,
      latencies: { ...slowSend, roundTrip: [60, 60] },
    });
    await host.asks('AT+CIPSEND=0,3', prompt);
    host.type('abc');
    await host.reads('\r\nRecv 3 bytes\r\n');
    peer.socket.end();
    await peer.reads('abc');
  });

  it('S25 S31 the peer goes away in the middle of the payload, which is still to be completed', async () => {
    const { host, peer } = await connected(firmware);
    await host.asks('AT+CIPSEND=0,3', prompt);
    host.type('ab');
    peer.socket.end();
    await host.reads('0,CLOSED\r\n');
    host.type('c');
    await host.reads(`\r\nRecv 3 bytes\r\n${nonos ? '' : '\r\n'}SEND FAIL\r\n`);
  });

  it('S26 S31 fails when told to, and the resend works out', async () => {
    const { host, peer } = await connected(firmware);
    host.emulator.fault({ kind: 'send-fail', thenOk: true });
    await host.asks('AT+CIPSEND=0,1', prompt);
    host.type('a');
    await host.reads('\r\nRecv 1 bytes\r\n\r\nSEND FAIL\r\n\r\nSEND OK\r\n');
    await peer.reads('a');
    host.emulator.fault({ kind: 'send-fail' });
    await host.asks('AT+CIPSEND=0,1', prompt);
    host.type('b');
    await host.reads('\r\nRecv 1 bytes\r\n\r\nSEND FAIL\r\n0,CLOSED\r\n');
  });

  it('S27 E26 is busy until the result of a send has come, and ESP-AT does not even say so', async () => {
    const { host } = await connected(firmware, 1, { latency: 1, latencies: slowSend });
    await host.asks('AT+CIPSEND=0,3', prompt);
    host.type('abc');
    await host.reads('\r\nRecv 3 bytes\r\n');
    await host.asks('AT+CIPSTATUS', nonos ? '\r\nbusy s...\r\n' : '');
    await host.reads('\r\nSEND OK\r\n');
    await host.readsNothing();
  });

  it('S28 throws away what is too much', async () => {
    const { host, peer } = await connected(firmware, 1, { latency: 1, latencies: slowSend });
    await host.asks('AT+CIPSEND=0,3', prompt);
    host.type('abcdefg\r\n');
    const busy = nonos ? '\r\nbusy s...\r\n' : '\r\nbusy p...\r\n';
    await host.reads(`${busy}\r\nRecv 3 bytes\r\n\r\nSEND OK\r\n`);
    await peer.reads('abc');
    await host.readsNothing();
    expect(peer.received).toBe('');
  });

  it('S29 refuses a closed link', async () => {
    const { host } = await connected(firmware);
    await host.asks('AT+CIPSEND=3,4', refusal('link is not valid'));
  });

  it('S30 refuses more than 2048 bytes', async () => {
    const { host, peer } = await connected(firmware);
    await host.asks('AT+CIPSEND=0,2049', refusal('too long'));
    await host.asks('AT+CIPSEND=0,2048', prompt);
    host.type('m'.repeat(2048));
    await host.reads('\r\nRecv 2048 bytes\r\n\r\nSEND OK\r\n');
    await peer.reads('m'.repeat(2048));
  });

  it('S34 ends a CIPSENDEX at a lone \\0, and halves its backslashes', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { host, peer } = await connected(firmware, 1, { scheduler });
    await host.asks('AT+CIPSENDEX=0,2048', prompt);
    host.type('a\\\\b\\0c');
    letPass(scheduler, 30);
    host.type('\\0');
    await host.reads('\r\nRecv 6 bytes\r\n\r\nSEND OK\r\n');
    await peer.reads('a\\b\\0c');
  });

  it('S36 loses a prompt, and forgets the command', async () => {
    const { host } = await connected(firmware);
    host.emulator.fault({ kind: 'lose-prompt' });
    host.type('AT+CIPSEND=0,3\r\n');
    await host.asks('?', '\r\nERROR\r\n');
  });

  it('S37 takes commands for payload while it expects payload', async () => {
    const { host, peer } = await connected(firmware);
    await host.asks('AT+CIPSEND=0,12', prompt);
    host.type('AT+CIPSTATUS\r\n');
    await host.reads('\r\nRecv 12 bytes\r\n');
    await host.readsUntil(/SEND OK\r\n/);
    await peer.reads('AT+CIPSTATUS');
  });

  it('S35 sends each datagram where it is told', async () => {
    const [one, other] = [await peers.udp(), await peers.udp()];
    const hosts = { '10.0.0.1': `127.0.0.1:${one.port}`, '10.0.0.2': `127.0.0.1:${other.port}` };
    const host = await modems.ready({ firmware, hosts, ports: { 4000: 0 } });
    await host.asks('AT+CIPDINFO=1');
    await host.asks('AT+CIPSTART=2,"UDP","10.0.0.1",53,4000,2', '2,CONNECT\r\n\r\nOK\r\n');
    await host.asks('AT+CIPSEND=2,3', prompt);
    host.type('one');
    await host.reads('\r\nRecv 3 bytes\r\n\r\nSEND OK\r\n');
    const first = await one.next();
    expect(first.text).toBe('one');
    await host.asks('AT+CIPSEND=2,5,"10.0.0.2",99', prompt);
    host.type('other');
    await host.reads('\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n');
    expect((await other.next()).text).toBe('other');
    other.socket.send('back', first.port, '127.0.0.1');
    const quote = nonos ? '' : '"';
    await host.reads(`\r\n+IPD,2,4,${quote}10.0.0.2${quote},99:back`);
    // Mode 2: from now on the sender of the last datagram is the peer.
    await host.asks('AT+CIPSEND=2,1', prompt);
    host.type('!');
    await host.reads('\r\nRecv 1 bytes\r\n\r\nSEND OK\r\n');
    expect((await other.next()).text).toBe('!');
  });

  it('sends a datagram to nobody, and reports nothing', async () => {
    const host = await modems.ready({ firmware });
    await host.asks('AT+CIPSTART=2,"UDP","192.0.2.1",53', '2,CONNECT\r\n\r\nOK\r\n');
    await host.asks('AT+CIPSEND=2,1', prompt);
    host.type('!');
    await host.reads('\r\nRecv 1 bytes\r\n\r\nSEND OK\r\n');
  });

  it('S62 passes bytes through both ways, until a lone +++', async () => {
    const { port, next } = await peers.server();
    const scheduler = new VirtualTimeScheduler();
    const host = await modems.ready({ firmware, scheduler });
    const quits = firmware !== '1.5';
    if (quits) await host.asks(nonos ? 'AT+SYSMSG_CUR=1' : 'AT+SYSMSG=1');
    await host.asks('AT+CIPMUX=0');
    await host.asks('AT+CIPMODE=1');
    await host.asks(`AT+CIPSTART="TCP","127.0.0.1",${port}`, 'CONNECT\r\n\r\nOK\r\n');
    const peer = await next();
    await host.asks('AT+CIPSEND=4', refusal('IPMODE=1'));
    await host.asks('AT+CIPSEND', '\r\nOK\r\n\r\n>');
    host.type('AT\r\na+++b');
    await peer.reads('AT\r\na+++b');
    await peer.send('raw\r\n');
    await host.reads('raw\r\n');
    letPass(scheduler, 30);
    host.type('+++');
    letPass(scheduler, 30);
    if (quits) await host.reads(nonos ? '+QUITT\r\n' : '\r\n+QUITT\r\n');
    await host.readsNothing();
    expect(peer.received).toBe('');
  });
});

describe('sending with AT 2.2.2', () => {
  it('E28 [E] cancels a send whose only bytes are +++, unless they come in pieces', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { host, peer } = await connected('2.2.2', 1, { scheduler });
    const prompt = '\r\nOK\r\n\r\n>';
    await host.asks('AT+CIPSEND=0,3', prompt);
    host.type('+++');
    await host.reads('\r\nSEND Canceled\r\n');
    await host.asks('AT+CIPSEND=0,3', prompt);
    host.type('+');
    letPass(scheduler, 30);
    host.type('++');
    await host.reads('\r\nRecv 3 bytes\r\n\r\nSEND OK\r\n');
    await peer.reads('+++');
  });

  it('S32 [E] cancels a send at a lone +++', async () => {
    const { host, peer } = await connected('2.2.2');
    await host.asks('AT+CIPSEND=0,10', '\r\nOK\r\n\r\n>');
    host.type('+++');
    await host.reads('\r\nSEND Canceled\r\n');
    await host.readsNothing();
    expect(peer.received).toBe('');
  });
});
