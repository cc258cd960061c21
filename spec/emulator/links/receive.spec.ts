import { describe, expect, it } from '@jest/globals';

import { type EmulatorOptions, type FirmwareVersion, firmwareVersions } from '../../../src/emulator';
import type { TestHost } from '../support/host';
import { modemsAndPeers } from '../support/modemsAndPeers';
import type { PeerConnection } from '../support/peer';
import { nextTurn } from '../../../harness/time/turns';

const { modems, peers } = modemsAndPeers();

/** A host with TCP links to peers: 0, and on request 1 and 4. */
async function connected(
  firmware: FirmwareVersion,
  setup: readonly string[] = [],
  ids: readonly number[] = [0],
  options: EmulatorOptions = {},
): Promise<{ host: TestHost; peer: PeerConnection; others: PeerConnection[]; port: number }> {
  const { port, next } = await peers.server();
  const host = await modems.ready({ firmware, ...options });
  for (const command of setup) await host.asks(command);
  const all: PeerConnection[] = [];
  for (const id of ids) {
    await host.asks(`AT+CIPSTART=${id},"TCP","127.0.0.1",${port}`, `${id},CONNECT\r\n\r\nOK\r\n`);
    all.push(await next());
  }
  const [peer, ...others] = all;
  return { host, peer: peer!, others, port };
}

describe.each(firmwareVersions)('active receive with AT %s', (firmware) => {
  const nonos = firmware !== '2.2.2';

  it('S38 hands payload over as it is, whatever it looks like', async () => {
    const { host, peer } = await connected(firmware);
    const payload = '\r\nOK\r\n+IPD,1,5:hello\r\n0,CLOSED\r\n\x00\xff';
    await peer.send(Buffer.from(payload, 'latin1'));
    await host.reads(`\r\n+IPD,0,${payload.length}:${payload}`);
    await host.readsNothing();
  });

  it('S39 comes in odd cuts when asked to', async () => {
    const sizes = new Set<number>();
    const { host, peer } = await connected(firmware, [], [0], { chunking: 7, seed: 42 });
    host.emulator.uart.rx$.subscribe(({ length }) => sizes.add(length));
    const payload = 'abcdefghijkl'.repeat(20);
    await peer.send(payload);
    peer.socket.end();
    await host.reads(`\r\n+IPD,0,240:${payload}0,CLOSED\r\n`);
    expect([...sizes].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('S40 tells the sender when asked to', async () => {
    const { host, peer, port } = await connected(firmware, ['AT+CIPDINFO=1']);
    await peer.send('hi');
    const quote = nonos ? '' : '"';
    await host.reads(`\r\n+IPD,0,2,${quote}127.0.0.1${quote},${port}:hi`);
  });

  it('S41 puts the close right after the last payload', async () => {
    const { host, peer } = await connected(firmware);
    peer.socket.end('bye!');
    await host.reads('\r\n+IPD,0,4:bye!0,CLOSED\r\n');
  });

  it('S42 interleaves links', async () => {
    const { host, peer, others } = await connected(firmware, [], [0, 4]);
    await peer.send('aaa');
    await host.reads('\r\n+IPD,0,3:aaa');
    await others[0]!.send('bb');
    await host.reads('\r\n+IPD,4,2:bb');
    await peer.send('a');
    await host.reads('\r\n+IPD,0,1:a');
  });

  it('lets busy links take turns', async () => {
    const { host, peer, others } = await connected(firmware, [], [0, 4], { baud: 921_600 });
    await Promise.all([peer.send('a'.repeat(20_000)), others[0]!.send('b'.repeat(20_000))]);
    const seen = await host.readsUntil(/IPD,4[\s\S]*IPD,4/);
    expect(seen.split('+IPD,0').length).toBeLessThan(8);
  });

  it('cuts a stream into blocks of no more than the firmware makes, and loses nothing', async () => {
    const { host, peer } = await connected(firmware);
    const stream = Buffer.alloc(100_000, 'stream');
    await peer.send(stream);
    let text = '';
    let longest = 0;
    while (text.length < stream.length) {
      const head = await host.readsUntil(/\+IPD,0,\d+:/);
      const length = Number(/(\d+):$/.exec(head)?.[1]);
      longest = Math.max(longest, length);
      const block = host.unread.slice(0, length);
      await host.reads(block.padEnd(length, '?'));
      text += block;
    }
    expect(text).toBe(stream.toString());
    expect(longest).toBe(nonos ? 1460 : 2880);
  });

  it('omits the number without multiplexing', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks('AT+CIPMUX=0');
    await host.asks(`AT+CIPSTART="TCP","127.0.0.1",${port}`, 'CONNECT\r\n\r\nOK\r\n');
    (await next()).socket.end('x');
    await host.reads('\r\n+IPD,1:xCLOSED\r\n');
  });
});

describe('passive receive with AT 1.5', () => {
  it('does not exist', async () => {
    const host = await modems.ready({ firmware: '1.5' });
    for (const command of ['AT+CIPRECVMODE=1', 'AT+CIPRECVLEN?', 'AT+CIPRECVDATA=0,1']) {
      await host.asks(command, '\r\nERROR\r\n');
    }
  });
});

const passive = ['AT+CIPRECVMODE=1'];

describe.each(['1.7.4', '2.2.2'] as const)('passive receive with AT %s', (firmware) => {
  const nonos = firmware === '1.7.4';
  const data = (bytes: string): string =>
    (nonos ? `\r\n+CIPRECVDATA,${bytes.length}:` : `+CIPRECVDATA:${bytes.length},`) + bytes + '\r\nOK\r\n';

  it('S44 announces, and is read', async () => {
    const { host, peer } = await connected(firmware, passive);
    await peer.send('d'.repeat(75));
    await host.reads('\r\n+IPD,0,75\r\n');
    await host.asks('AT+CIPRECVDATA=0,2048', data('d'.repeat(75)));
    await host.asks('AT+CIPRECVMODE?', '+CIPRECVMODE:1\r\n\r\nOK\r\n');
  });

  it('S45 is read in two steps; only ESP-AT announces the rest', async () => {
    const { host, peer } = await connected(firmware, passive);
    await peer.send('d'.repeat(75));
    await host.reads('\r\n+IPD,0,75\r\n');
    await host.asks('AT+CIPRECVDATA=0,50', data('d'.repeat(50)) + (nonos ? '' : '\r\n+IPD,0,25\r\n'));
    await host.readsNothing();
    await host.asks('AT+CIPRECVDATA=0,50', data('d'.repeat(25)));
    await host.readsNothing();
  });

  it('announces what comes after the data that it had announced have been pushed', async () => {
    const { host, peer } = await connected(firmware, passive);
    await peer.send('d'.repeat(31));
    await host.reads('\r\n+IPD,0,31\r\n');
    await host.asks('AT+CIPRECVMODE=0', `\r\n+IPD,0,31:${'d'.repeat(31)}\r\nOK\r\n`);
    await host.asks('AT+CIPRECVMODE=1');
    await peer.send('d'.repeat(37));
    await host.reads('\r\n+IPD,0,37\r\n');
  });

  it('S45 announces each arrival on NonOS, and on ESP-AT none before the last was read', async () => {
    const { host, peer } = await connected(firmware, passive);
    await peer.send('d'.repeat(31));
    await host.reads('\r\n+IPD,0,31\r\n');
    await peer.send('d'.repeat(37));
    if (nonos) await host.reads('\r\n+IPD,0,68\r\n');
    else while (host.emulator.state.links[0]?.unread !== 68) await nextTurn();
    await host.asks('AT+CIPRECVLEN?', `+CIPRECVLEN:68,${nonos ? '0,0,0,0' : '-1,-1,-1,-1'}\r\n\r\nOK\r\n`);
  });

  it('gives 2048 bytes at most in a read on AT 1.7, and all that wait on ESP-AT', async () => {
    const { host, peer } = await connected(firmware, passive);
    await peer.send('d'.repeat(2500));
    while (host.emulator.state.links[0]?.unread !== 2500) await nextTurn();
    await host.readsUntil(nonos ? /,2500\r\n/ : /\r\n\+IPD,0,\d+\r\n/);
    const first = nonos ? 2048 : 2500;
    await host.asks('AT+CIPRECVDATA=0,5840', data('d'.repeat(first)));
    if (nonos) await host.asks('AT+CIPRECVDATA=0,5840', data('d'.repeat(2500 - first)));
    await host.readsNothing();
  });

  it('S46 tells the sender in a read, on ESP-AT only, and never in a notice', async () => {
    const { host, peer, port } = await connected(firmware, [...passive, 'AT+CIPDINFO=1']);
    await peer.send('abc');
    await host.reads('\r\n+IPD,0,3\r\n');
    await host.asks('AT+CIPRECVDATA=0,75', nonos ? data('abc') : `+CIPRECVDATA:3,"127.0.0.1",${port},abc\r\nOK\r\n`);
  });

  it('S47 has nothing to read', async () => {
    const { host } = await connected(firmware, passive);
    await host.asks('AT+CIPRECVDATA=0,10', '\r\nERROR\r\n');
    await host.asks('AT+CIPRECVDATA=3,10', '\r\nERROR\r\n');
  });

  it('S48 tells the lengths of all links', async () => {
    const { host, peer, others } = await connected(firmware, passive, [0, 1]);
    await peer.send('d'.repeat(75));
    await host.reads('\r\n+IPD,0,75\r\n');
    await others[0]!.send('d'.repeat(20));
    await host.reads('\r\n+IPD,1,20\r\n');
    await host.asks('AT+CIPRECVLEN?', `+CIPRECVLEN:75,20,${nonos ? '0,0,0' : '-1,-1,-1'}\r\n\r\nOK\r\n`);
  });

  it('S49 S50 the peer closes with data waiting', async () => {
    const { host, peer } = await connected(firmware, passive);
    const text = 'd'.repeat(1000);
    peer.socket.end(text);
    if (nonos) {
      await host.reads('\r\n+IPD,0,1000\r\n0,CLOSED\r\n');
      await host.asks('AT+CIPRECVDATA=0,2048', data(text));
    } else {
      await host.reads('\r\n+IPD,0,1000\r\n');
      await peer.ended();
      await host.readsNothing();
      await host.asks('AT+CIPRECVDATA=0,600', `${data('d'.repeat(600))}\r\n+IPD,0,400\r\n`);
      await host.asks('AT+CIPRECVDATA=0,2048', `${data('d'.repeat(400))}0,CLOSED\r\n`);
    }
    await host.asks('AT+CIPRECVDATA=0,2048', '\r\nERROR\r\n');
  });

  it('S50 the peer closes with nothing waiting', async () => {
    const { host, peer } = await connected(firmware, passive);
    peer.socket.end();
    await host.reads('0,CLOSED\r\n');
  });

  it('S50 CIPCLOSE drops waiting data', async () => {
    const { host, peer } = await connected(firmware, passive);
    await peer.send('abc');
    await host.reads('\r\n+IPD,0,3\r\n');
    await host.asks('AT+CIPCLOSE=0', '0,CLOSED\r\n\r\nOK\r\n');
    await host.asks('AT+CIPRECVDATA=0,3', '\r\nERROR\r\n');
  });

  it('S49 forgets what a closed link left when its number is used again', async () => {
    const { host, peer, port } = await connected(firmware, passive);
    peer.socket.end('old');
    await host.readsUntil(nonos ? /CLOSED\r\n/ : /IPD,0,3\r\n/);
    if (!nonos) await host.asks('AT+CIPCLOSE=0', '0,CLOSED\r\n\r\nOK\r\n');
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    await host.asks('AT+CIPRECVDATA=0,3', '\r\nERROR\r\n');
  });

  it('holds no more than its window, and goes on when it is read', async () => {
    const { host, peer } = await connected(firmware, passive);
    const stream = Buffer.alloc(20_000, 'window');
    await peer.send(stream);
    const full = nonos ? 5840 : 5760;
    await host.readsUntil(/IPD,0,\d+\r\n/);
    while (host.emulator.state.links[0]?.unread !== full) await nextTurn();
    let text = '';
    while (text.length < stream.length) {
      host.type('AT+CIPRECVDATA=0,2048\r\n');
      const head = await host.readsUntil(nonos ? /\+CIPRECVDATA,\d+:/ : /\+CIPRECVDATA:\d+,/);
      const length = Number(/(\d+).$/.exec(head)?.[1]);
      text += host.unread.slice(0, length);
      await host.readsUntil(/\r\nOK\r\n/);
      expect(host.emulator.state.links.at(0)?.unread).toBeLessThanOrEqual(full);
    }
    expect(text).toBe(stream.toString());
  });

  it('S65 omits the number without multiplexing', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks('AT+CIPMUX=0');
    await host.asks('AT+CIPRECVMODE=1');
    await host.asks(`AT+CIPSTART="TCP","127.0.0.1",${port}`, 'CONNECT\r\n\r\nOK\r\n');
    await (await next()).send('d'.repeat(75));
    await host.reads('\r\n+IPD,75\r\n');
    await host.asks('AT+CIPRECVDATA=2048', data('d'.repeat(75)));
  });

  it('S51 S66 UDP: ESP-AT joins datagrams, and a read destroys what it cuts off; NonOS pushes them', async () => {
    const { port, socket } = await peers.udp();
    const host = await modems.ready({ firmware, ports: { 4000: 0 } });
    await host.asks('AT+CIPRECVMODE=1');
    await host.asks(`AT+CIPSTART=3,"UDP","127.0.0.1",${port},4000,0`, '3,CONNECT\r\n\r\nOK\r\n');
    host.type('AT+CIPSEND=3,1\r\n');
    await host.readsUntil(/>/);
    if (nonos) await host.reads(' ');
    const seen = new Promise<number>((resolve) => socket.once('message', (_, from) => resolve(from.port)));
    host.type('?');
    await host.reads('\r\nRecv 1 bytes\r\n\r\nSEND OK\r\n');
    const back = await seen;
    for (const letter of 'abc') socket.send(letter.repeat(10), back, '127.0.0.1');
    if (nonos) {
      for (const letter of 'abc') await host.reads(`\r\n+IPD,3,10:${letter.repeat(10)}`);
      await host.asks('AT+CIPRECVDATA=3,4', '\r\nERROR\r\n');
      return;
    }
    await host.reads('\r\n+IPD,3,10\r\n');
    while (host.emulator.state.links[0]?.unread !== 30) await nextTurn();
    await host.asks('AT+CIPRECVDATA=3,4', `${data('aaaa')}\r\n+IPD,3,20\r\n`);
    await host.asks('AT+CIPRECVDATA=3,99', data('b'.repeat(10) + 'c'.repeat(10)));
  });

  it('S53 leaks lines of its log when told to', async () => {
    const { host, peer } = await connected(firmware, passive);
    host.emulator.fault({ kind: 'log-leak' });
    await peer.send('abc');
    await host.reads('\r\n+IPD,0,3\r\n');
    await host.asks('AT+CIPRECVDATA=0,75', `to read 75 bytes\r\n${data('abc')}`);
  });
});
