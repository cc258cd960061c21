import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, map, VirtualTimeScheduler } from 'rxjs';

import { createEmulator, type EmulatorOptions, firmwareVersions, type FirmwareVersion } from '../../../src/emulator';
import { MemoryNetwork, type Talk } from '../../../src/testing/memoryNetwork';
import { modemsAndPeers } from '../support/modemsAndPeers';

const { modems, peers } = modemsAndPeers();

/** A modem in virtual time that has joined a network, with several links, and what it prints, each with its time. */
function timed(options: EmulatorOptions, talk: Talk) {
  const scheduler = new VirtualTimeScheduler();
  scheduler.maxFrames = Infinity;
  const emulator = createEmulator({
    stored: { ssid: 'my-ssid', key: 'my-password' },
    network: new MemoryNetwork(new Map([[7, talk]]), new Map([[7, talk]])),
    ...options,
    scheduler,
  });
  const heard: { readonly at: number; readonly text: string }[] = [];
  emulator.uart.rx$.subscribe((chunk) =>
    heard.push({ at: scheduler.now(), text: Buffer.from(chunk).toString('latin1') }),
  );
  const type = (...lines: string[]): void => {
    for (const line of lines) {
      concat(emulator.uart.write(Buffer.from(line))).subscribe();
      scheduler.flush();
    }
  };
  type('ATE0\r\n', 'AT+CIPMUX=1\r\n');
  const take = (): string => {
    const text = heard.map((chunk) => chunk.text).join('');
    heard.length = 0;
    return text;
  };
  take();
  /** When a matching text was first printed. */
  const timeOf = (what: RegExp): number => heard.find(({ text }) => what.test(text))?.at ?? NaN;
  return { emulator, scheduler, type, take, timeOf };
}

const echo: Talk = (received$) => received$;

/** How many of `sends` sends were answered before their `SEND OK`. */
function overtakings(firmware: FirmwareVersion, kind: 'TCP' | 'UDP', sends: number): number {
  let overtaken = 0;
  for (let seed = 1; seed <= sends / 20; seed++) {
    const modem = timed({ firmware, seed }, echo);
    modem.type(`AT+CIPSTART=0,"${kind}","127.0.0.1",7\r\n`);
    for (let round = 0; round < 20; round++) {
      modem.take();
      modem.type('AT+CIPSEND=0,10\r\n', '0123456789');
      const said = modem.take();
      assert.match(said, /Recv 10 bytes[^]*SEND OK/);
      assert.match(said, /\+IPD,0,10:0123456789/);
      if (said.indexOf('+IPD') < said.indexOf('SEND OK')) overtaken++;
    }
    modem.emulator.close();
  }
  return overtaken;
}

describe('an answer to what was sent', () => {
  it.each(['1.5', '1.7.4'] as const)('never comes before the SEND OK of AT %s', (firmware) => {
    expect(overtakings(firmware, 'TCP', 200)).toBe(0);
  });

  it('rarely comes before the SEND OK of AT 2.2.2', () => {
    const sends = 300;
    const overtaken = overtakings('2.2.2', 'TCP', sends);
    expect(overtaken).toBeGreaterThan(0);
    expect(overtaken).toBeLessThan(sends / 10);
  });

  it.each(firmwareVersions)('rarely does so for a datagram of AT %s', (firmware) => {
    expect(overtakings(firmware, 'UDP', 100)).toBeLessThan(10);
  });

  it.each(firmwareVersions)('comes after it with AT %s when nothing takes time', (firmware) => {
    const modem = timed({ firmware, latency: 0, interleave: 0 }, echo);
    modem.type('AT+CIPSTART=0,"TCP","127.0.0.1",7\r\n', 'AT+CIPSTART=1,"UDP","127.0.0.1",7\r\n');
    for (const id of [0, 1]) {
      modem.take();
      modem.type(`AT+CIPSEND=${id},2\r\n`, 'hi');
      expect(modem.take()).toMatch(new RegExp(`Recv 2 bytes\r\n\r\nSEND OK\r\n\r\n\\+IPD,${id},2:hi$`));
    }
  });

  it.each(firmwareVersions)('comes after it on the sockets of this machine, with AT %s', async (firmware) => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    const peer = await next();
    peer.socket.pipe(peer.socket);
    for (let round = 0; round < 50; round++) {
      host.type('AT+CIPSEND=0,3\r\n');
      await host.readsUntil(/> ?$/);
      host.type('abc');
      await host.reads('\r\nRecv 3 bytes\r\n\r\nSEND OK\r\n\r\n+IPD,0,3:abc');
    }
  });

  it('is acknowledged segment by segment with CIPSENDBUF, too', () => {
    const modem = timed({ firmware: '1.7.4', interleave: 1, seed: 3 }, echo);
    modem.type('AT+CIPSTART=0,"TCP","127.0.0.1",7\r\n');
    modem.take();
    modem.type('AT+CIPSENDBUF=0,4\r\n', 'data');
    expect(modem.take()).toMatch(/Recv 4 bytes\r\n\r\n0,1,SEND OK\r\n\r\n\+IPD,0,4:data$/);
  });

  it('does not delay what does not depend on it', () => {
    const ticking: Talk = (received$) => received$.pipe(map(() => 'late'));
    const modem = timed({ firmware: '1.7.4', latencies: { roundTrip: [500, 500] } }, ticking);
    modem.type('AT+CIPSTART=0,"TCP","127.0.0.1",7\r\n');
    modem.take();
    modem.type('AT+CIPSEND=0,1\r\n', 'x');
    expect(modem.timeOf(/SEND OK/) - modem.timeOf(/Recv/)).toBeGreaterThanOrEqual(500);
    expect(modem.take()).toMatch(/SEND OK\r\n\r\n\+IPD,0,4:late$/);
  });
});

describe('a host that is far away', () => {
  const hosts = { 'far.example': { to: '127.0.0.1:7', delay: 300 }, 'near.example': '127.0.0.1:7' };

  it.each(firmwareVersions)('takes its time to connect, to answer and to be pinged, with AT %s', (firmware) => {
    const modem = timed({ firmware, latency: 0, interleave: 0, hosts }, echo);
    const before = modem.scheduler.now();
    modem.type('AT+CIPSTART=0,"TCP","far.example",80\r\n');
    expect(modem.timeOf(/CONNECT/) - before).toBe(300);
    modem.take();
    modem.type('AT+CIPSEND=0,2\r\n');
    const sending = modem.scheduler.now();
    modem.type('hi');
    expect(modem.timeOf(/\+IPD/) - sending).toBe(300);
    expect(modem.timeOf(/SEND OK/) - sending).toBe(firmware === '2.2.2' ? 0 : 300);
    modem.take();
    modem.type('AT+PING="far.example"\r\n');
    expect(modem.take()).toMatch(/\+(PING:)?300\r\n/);

    const near = modem.scheduler.now();
    modem.type('AT+CIPSTART=1,"TCP","near.example",80\r\n');
    expect(modem.timeOf(/CONNECT/) - near).toBe(0);
  });

  it('gets what was sent before the link was closed', () => {
    const got: string[] = [];
    const ear: Talk = (received$) => received$.pipe(map((bytes) => (got.push(String(bytes)), '')));
    const modem = timed({ firmware: '2.2.2', latency: 0, interleave: 0, hosts }, ear);
    modem.type('AT+CIPSTART=0,"TCP","far.example",80\r\n');
    concat(modem.emulator.uart.write(Buffer.from('AT+CIPSEND=0,3\r\n'))).subscribe();
    concat(modem.emulator.uart.write(Buffer.from('bye'))).subscribe();
    modem.type('AT+CIPCLOSE=0\r\n');
    expect(got).toEqual(['bye']);
  });

  it('is limited by the window of its connection, which counts bytes on their way', () => {
    const big: Talk = () => Array.from({ length: 40 }, () => Buffer.alloc(1000));
    const modem = timed({ firmware: '1.7.4', latency: 0, interleave: 0, hosts }, big);
    modem.type('AT+CIPRECVMODE=1\r\n', 'AT+CIPSTART=0,"TCP","far.example",80\r\n');
    expect(modem.emulator.state.links[0]?.unread).toBeLessThanOrEqual(5840);
    expect(modem.emulator.state.links[0]?.unread).toBeGreaterThan(4000);
  });
});

describe('the hosts of the virtual modem', () => {
  it.each(firmwareVersions)('have the address that they were given, with AT %s', async (firmware) => {
    const { port, next } = await peers.server();
    const host = await modems.ready({
      firmware,
      hosts: {
        'own.example': { to: `127.0.0.1:${port}`, address: '203.0.113.9' },
        'next.example': `127.0.0.1:${port}`,
      },
    });
    host.type('AT+CIPDOMAIN="own.example"\r\n');
    expect(await host.readsUntil(/OK\r\n/)).toContain('203.0.113.9');
    await host.asks('AT+CIPSTART=0,"TCP","203.0.113.9",80', '0,CONNECT\r\n\r\nOK\r\n');
    (await next()).socket.write('hello');
    await host.reads('\r\n+IPD,0,5:hello');
    host.type('AT+CIPDOMAIN="next.example"\r\n');
    expect(await host.readsUntil(/OK\r\n/)).toMatch(/198\.18\.0\.\d+/);
  });

  it('are separate for TCP and UDP', async () => {
    const { port, next } = await peers.server();
    const udp = await peers.udp();
    const host = await modems.ready({
      hosts: { 'dns.example:53/tcp': `127.0.0.1:${port}`, 'dns.example:53/udp': `127.0.0.1:${udp.port}` },
    });
    await host.asks('AT+CIPSTART=0,"TCP","dns.example",53', '0,CONNECT\r\n\r\nOK\r\n');
    await next();
    await host.asks('AT+CIPSTART=1,"UDP","dns.example",53', '1,CONNECT\r\n\r\nOK\r\n');
    host.type('AT+CIPSEND=1,3\r\n');
    await host.readsUntil(/> $/);
    host.type('who');
    expect(await udp.next()).toMatchObject({ text: 'who' });
  });

  it('do not answer by a protocol that they were not given for', async () => {
    const host = await modems.ready({ hosts: { 'dns.example/udp': 'refused' }, connectTimeout: 5 });
    await host.asks('AT+CIPSTART=0,"TCP","dns.example",53', '\r\nERROR\r\n0,CLOSED\r\n');
  });

  it.each([
    [{ 'a/b': '127.0.0.1' }, 'host a/b must be a name or an address'],
    [{ 'a:70000': '127.0.0.1' }, 'must be a name or an address'],
    [{ a: '10.0.0.1' }, 'must lead to 127.x.x.x'],
    [{ 'a:80': '127.0.0.1:8080/tcp' }, 'the protocol belongs to the name: a:80/tcp'],
    [{ a: { to: 'refused', address: 'b' } }, 'the address of host a must be one as 192.0.2.7'],
    [{ a: { to: 'refused', address: '127.0.0.9' } }, 'none of this machine'],
    [{ a: { to: 'refused', delay: -1 } }, 'the delay of host a must be from 0'],
  ])('%j is refused', (hosts, message) => {
    expect(() => createEmulator({ hosts })).toThrow(message);
  });
});
