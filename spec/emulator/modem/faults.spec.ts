import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, lastValueFrom } from 'rxjs';

import { createEmulator, firmwareVersions } from '../../../src/emulator';
import { modemsAndPeers } from '../support/modemsAndPeers';
import { nextTurn } from '../../../harness/time/turns';

const { modems, peers } = modemsAndPeers();

describe.each(firmwareVersions)('resets and faults of AT %s', (firmware) => {
  const nonos = firmware !== '2.2.2';
  const echoed = nonos ? 'AT\r\r\n\r\nOK\r\n' : 'AT\r\n\r\nOK\r\n';
  const prompt = nonos ? '\r\nOK\r\n> ' : '\r\nOK\r\n\r\n>';

  it('S7 restarts with noise, says ready, and joins the saved network', async () => {
    const host = await modems.ready({ firmware });
    host.type('AT+RST\r\n');
    await host.reads('\r\nOK\r\n');
    const noise = await host.readsUntil(/\r\nready\r\n/);
    expect(noise.length).toBeGreaterThan(120);
    await host.reads('WIFI CONNECTED\r\nWIFI GOT IP\r\n');
    await host.asks('AT', echoed);
    expect(host.emulator.state).toMatchObject({ echo: true, mux: false, passive: false, wifi: 'joined' });
  });

  it('S7 makes the same noise from the same seed, and other noise from another', async () => {
    const noiseOf = async (seed: number): Promise<string> => {
      const host = modems.host({ firmware, powerOn: true, seed });
      return host.readsUntil(/ready/);
    };
    const [one, same, other] = [await noiseOf(7), await noiseOf(7), await noiseOf(8)];
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  it('S8 loses its ready in the noise, and answers', async () => {
    const host = await modems.ready({ firmware, stored: { ssid: 'nowhere' } });
    host.emulator.fault({ kind: 'reset', loseReady: true });
    await host.readsUntil(/^[\s\S]{120}/);
    host.unread = '';
    await host.asks('AT', echoed);
  });

  it('S59 resets without warning in the middle of a send', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    const peer = await next();
    await host.asks('AT+CIPSEND=0,5', prompt);
    host.type('he');
    host.emulator.fault({ kind: 'reset' });
    await host.readsUntil(/\r\nready\r\n/);
    await peer.ended();
    await host.reads('WIFI CONNECTED\r\nWIFI GOT IP\r\n');
    await host.asks('AT', echoed);
    expect(peer.received).toBe('');
    expect(host.emulator.state.links).toEqual([]);
  });

  it('S60 restarts in the middle of a command when asked to', async () => {
    const host = await modems.ready({ firmware });
    host.type('AT+CIPSTART=0,"TCP","192.0.2.1",80\r\n');
    await host.asks('AT+RST', '\r\nWill force to restart!!!\r\n\r\nOK\r\n');
    await host.readsUntil(/\r\nready\r\n/);
  });

  it('keeps across a reset what is in the flash, and nothing else', async () => {
    const host = await modems.ready({ firmware });
    if (nonos) await host.asks('AT+CWMODE_CUR=3');
    else {
      await host.asks('AT+SYSSTORE=0');
      await host.asks('AT+CWMODE=3');
    }
    expect(host.emulator.state.mode).toBe(3);
    host.emulator.fault({ kind: 'reset' });
    await host.readsUntil(/GOT IP\r\n/);
    expect(host.emulator.state.mode).toBe(1);
    await host.asks('ATE0', `ATE0${nonos ? '\r' : ''}\r\n\r\nOK\r\n`);
    await host.asks(nonos ? 'AT+CWMODE_DEF=3' : 'AT+CWMODE=3');
    host.emulator.fault({ kind: 'reset' });
    await host.readsUntil(/GOT IP\r\n/);
    expect(host.emulator.state.mode).toBe(3);
  });

  it('RESTORE forgets the saved network', async () => {
    const host = await modems.ready({ firmware });
    host.type('AT+RESTORE\r\n');
    await host.readsUntil(/\r\nready\r\n/);
    await host.asks('AT', echoed);
    expect(host.emulator.state).toMatchObject({ wifi: 'idle', mode: nonos ? 2 : 0 });
  });

  it('S9 says OK at the old speed, and then only hears the new one', async () => {
    const host = await modems.ready({ firmware });
    host.emulator.setHostBaud(115_200);
    await host.asks('AT+UART_CUR=921600,8,1,0,0');
    host.type('AT\r\n');
    expect(host.unread).not.toContain('OK');
    host.emulator.setHostBaud(921_600);
    host.unread = '';
    host.type('\r\n');
    await host.readsUntil(/ERROR\r\n/);
    await host.asks('AT');
    expect(host.emulator.state.baud).toBe(921_600);
    host.emulator.setHostBaud(undefined);
    host.emulator.fault({ kind: 'reset' });
    await host.readsUntil(/ready/);
    expect(host.emulator.state.baud).toBe(115_200);
  });

  it('S43 loses bytes on the line when told to', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    const peer = await next();
    host.emulator.fault({ kind: 'lose', after: 10, bytes: 3 });
    await peer.send('abcdef');
    await host.reads('\r\n+IPD,0,6cdef');
    host.emulator.fault({ kind: 'flip', after: 2 });
    await host.asks('AT', '\r\noK\r\n');
    host.emulator.fault({ kind: 'lose', from: 'host', bytes: 1 });
    await host.asks('AT', '\r\nERROR\r\n');
  });

  it('is busy, for a while', async () => {
    const host = await modems.ready({ firmware });
    host.emulator.fault({ kind: 'busy', for: 20 });
    await host.asks('AT', '\r\nbusy p...\r\n');
    while (host.unread !== '\r\nOK\r\n') {
      host.unread = '';
      host.type('AT\r\n');
      await host.readsUntil(/^(?=[\s\S])/);
      await nextTurn();
    }
  });

  it('is silent until it is reset', async () => {
    const host = await modems.ready({ firmware });
    host.emulator.fault({ kind: 'silence' });
    host.type('AT\r\n');
    expect(host.unread).toBe('');
    host.emulator.fault({ kind: 'reset' });
    await host.readsUntil(/ready/);
  });

  it('browns out: garbage, then a reset', async () => {
    const host = await modems.ready({ firmware });
    host.emulator.fault({ kind: 'brown-out', bytes: 10 });
    expect(host.unread.length).toBeGreaterThanOrEqual(10);
    await host.readsUntil(/\r\nready\r\n/);
  });

  it('is unplugged: the line errors, for late readers and writers too', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    const peer = await next();
    host.emulator.fault({ kind: 'unplug' });
    await expect(firstValueFrom(host.emulator.uart.rx$)).rejects.toMatchObject({ code: 'ENODEV' });
    await expect(lastValueFrom(host.emulator.uart.write(Buffer.from('AT')))).rejects.toMatchObject({ code: 'ENODEV' });
    expect(await firstValueFrom(host.emulator.uart.readiness$)).toMatchObject({ hangup: true, error: true });
    await peer.ended();
  });

  it('closes: the line ends, and all sockets with it', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware, ports: { 80: 0 } });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    await host.asks('AT+CIPSERVER=1,80');
    const localPort = host.emulator.state.server?.localPort ?? 0;
    const peer = await next();
    await lastValueFrom(host.emulator.uart.close(), { defaultValue: undefined });
    await peer.ended();
    await expect(peers.client(localPort)).rejects.toThrow('ECONNREFUSED');
    await expect(lastValueFrom(host.emulator.uart.write(Buffer.from('AT')))).rejects.toMatchObject({ code: 'EBADF' });
    await expect(lastValueFrom(host.emulator.uart.rx$, { defaultValue: 'end' })).resolves.toBe('end');
    host.emulator.close();
  });

  it('loses the answer to a command, and carries the command out', async () => {
    const host = await modems.ready({ firmware });
    host.emulator.fault({ kind: 'lose-reply' });
    host.type('AT+CIPMUX=0\r\n');
    await until(() => !host.emulator.state.busy);
    await host.asks('AT+CIPMUX?', '+CIPMUX:0\r\n\r\nOK\r\n');
    host.emulator.fault({ kind: 'lose-reply' });
    host.type('AT+NONE\r\n');
    await until(() => !host.emulator.state.busy);
    await host.readsNothing();
  });

  it('loses the CLOSED of one peer that closes', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    host.emulator.fault({ kind: 'lose-closed' });
    for (const id of [0, 1]) {
      await host.asks(`AT+CIPSTART=${id},"TCP","127.0.0.1",${port}`, `${id},CONNECT\r\n\r\nOK\r\n`);
      const peer = await next();
      peer.socket.end();
      await until(() => host.emulator.state.links.length === 0);
    }
    await host.reads('1,CLOSED\r\n');
  });

  it('restarts in the middle of a block that it pushes', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    const peer = await next();
    host.emulator.fault({ kind: 'cut-block', after: 2 });
    await host.asks('AT');
    await peer.send('abcdef');
    const heard = await host.readsUntil(/\r\nready\r\n/);
    expect(heard).toMatch(/^\r\n\+IPD,0,6:ab(?!cdef)/);
    await peer.ended();
    expect(host.emulator.state.links).toEqual([]);
  });

  it('makes its scheduled faults happen in time', async () => {
    const host = modems.host({ firmware, faults: [{ kind: 'reset', at: 5 }] });
    await host.readsUntil(/\r\nready\r\n/);
  });

  it('puts messages into awkward places from a seed, and keeps their order', async () => {
    const { port, next } = await peers.server();
    const places = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const host = await modems.ready({ firmware, seed, interleave: 1, latency: 1, latencies: brisk });
      await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
      const peer = await next();
      host.type('AT+CIPMUX?\r\n');
      await peer.send('one');
      await peer.send('two');
      const all = await host.readsUntil(/(?=[\s\S]*MUX:1)(?=[\s\S]*\r\nOK\r\n)(?=[\s\S]*(one[\s\S]*two))[\s\S]*$/);
      const rest = all.replaceAll(/\r\n\+IPD,0,\d:/g, '').replaceAll(/one|two/g, '');
      expect(rest).toBe('+CIPMUX:1\r\n\r\nOK\r\n');
      places.add(all.slice(0, all.indexOf('+IPD')));
    }
    expect(places.size).toBeGreaterThan(1);
  });
});

describe.each(['1.7.4', '2.2.2'] as const)('faults of passive receive with AT %s', (firmware) => {
  const waiting = async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks('AT+CIPRECVMODE=1');
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    return { host, peer: await next() };
  };
  const header = firmware === '1.7.4' ? '\r\n+CIPRECVDATA,6:' : '+CIPRECVDATA:6,';

  it('loses one notice of waiting data', async () => {
    const { host, peer } = await waiting();
    host.emulator.fault({ kind: 'lose-notice' });
    await peer.send('abcdef');
    await until(() => host.emulator.state.links[0]?.unread === 6);
    await host.asks('AT+CIPRECVDATA=0,9', `${header}abcdef\r\nOK\r\n`);
    await peer.send('gh');
    await host.reads('\r\n+IPD,0,2\r\n');
  });

  it.each([false, true])('keeps what waits when passive receive is turned off; overtake: %s', async (overtake) => {
    const { host, peer } = await waiting();
    host.emulator.fault({ kind: 'keep-waiting', overtake });
    await peer.send('abc');
    await host.reads('\r\n+IPD,0,3\r\n');
    await host.asks('AT+CIPRECVMODE=0');
    await peer.send('def');
    if (overtake) await host.reads('\r\n+IPD,0,3:def');
    else await until(() => host.emulator.state.links[0]?.unread === 6);
    host.type('AT+CIPRECVMODE=1\r\n');
    await host.readsUntil(/\r\nOK\r\n/);
    host.type('AT+CIPRECVDATA=0,9\r\n');
    expect(await host.readsUntil(/abc[\s\S]*\r\nOK\r\n/)).toContain(overtake ? 'abc\r\n' : 'abcdef\r\n');
  });

  it('restarts in the middle of a block that it was asked for', async () => {
    const { host, peer } = await waiting();
    await peer.send('abcdef');
    await host.reads('\r\n+IPD,0,6\r\n');
    host.emulator.fault({ kind: 'cut-block' });
    host.type('AT+CIPRECVDATA=0,9\r\n');
    const heard = await host.readsUntil(/\r\nready\r\n/);
    expect(heard.startsWith(`${header}abc`)).toBe(true);
    expect(heard).not.toContain('def');
    expect(heard).not.toContain('OK');
  });
});

it('refuses options out of range', () => {
  expect(() => createEmulator({ baud: -1 })).toThrow(RangeError);
  expect(() => createEmulator({ chunking: 0 })).toThrow(RangeError);
  expect(() => createEmulator({ interleave: 2 })).toThrow(RangeError);
  expect(() => createEmulator({ chunkInterval: 0 })).toThrow(RangeError);
});

const brisk = { command: [4, 8], connect: [0, 0] } as const;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}
