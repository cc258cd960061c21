import { once } from 'node:events';
import { connect } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';
import { filter, firstValueFrom } from 'rxjs';

import { createModules, type Modules, type ESP8285 } from '../../src';
import { createEmulator, type Emulator } from '../../src/emulator';
import { MemoryNetwork } from '../../src/testing';
import { watch, type Watched, type WatchEvent, type WatchOptions } from '../../src/watch';
import { AttachingPage, socketUrl } from './support/attachPage';

interface Program extends Modules {
  readonly nic: ESP8285;
  readonly emulator: Emulator;
  readonly watched: Watched;
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A program whose virtual modem has a server in its network, which answers anything. */
async function program(options: WatchOptions = {}): Promise<Program> {
  const network = new MemoryNetwork(new Map([[1, () => ['hello\n']]]));
  const emulator = createEmulator({ latency: 0, baud: 0, network, hosts: { 'host.example:80': '127.0.0.1:1' } });
  const modules = createModules();
  const nic = await modules.network.ESP8285(emulator.uart);
  closers.push(() => nic.close());
  const watched = await watch(nic, options);
  closers.push(() => watched.close());
  return { ...modules, nic, emulator, watched };
}

async function pageOf({ url }: Watched): Promise<AttachingPage> {
  const page = await AttachingPage.to(url);
  closers.push(() => page.close());
  return page;
}

/** Downloads what the server has. */
async function download({ nic, usocket }: Program): Promise<void> {
  await nic.connect('my-ssid', 'my-password');
  const sock = usocket.socket();
  await sock.connect((await usocket.getaddrinfo('host.example', 80))[0][4]);
  expect(String(await sock.read())).toBe('hello\n');
  await sock.close();
}

const isSaid = (text: string) => (event: WatchEvent) => event.type === 'said' && event.text.includes(text);
const isBytes = ({ type }: WatchEvent) => type === 'bytes';

describe('a watched interface', () => {
  it('shows a page that comes late what has happened since, and then what happens', async () => {
    const made = await program({ name: 'my program' });
    await made.nic.connect('my-ssid', 'my-password');
    const page = await pageOf(made.watched);
    await page.event(isSaid('AT+CWJAP'));
    expect(page.messages[0]).toEqual({ kind: 'hello', name: 'my program' });
    expect(page.events[0]).toMatchObject({ type: 'state' });
    await made.nic.scan();
    await page.event(isSaid('AT+CWLAP'));
    expect(JSON.stringify(page.messages)).not.toContain('my-password');
  });

  it('says its end, with the reason, and what led there, also to pages that come after it', async () => {
    const made = await program();
    const page = await pageOf(made.watched);
    await made.nic.close();
    expect(await page.end()).toEqual({ kind: 'end' });
    const late = await pageOf(made.watched);
    expect(await late.end()).toEqual({ kind: 'end' });
    expect(late.events).toEqual(page.events);
  });

  it('shows everything to each of two pages, and payloads to the one that asks for them', async () => {
    const made = await program();
    const [asking, other] = [await pageOf(made.watched), await pageOf(made.watched)];
    expect(await asking.ask({ kind: 'payloads', areShown: true })).toEqual({ kind: 'done', request: 1 });
    await download(made);
    expect(await asking.ask({ kind: 'payloads', areShown: false })).toEqual({ kind: 'done', request: 2 });
    await made.nic.scan();
    await made.nic.close();
    await Promise.all([asking.end(), other.end()]);
    expect(other.events.some(isBytes)).toBe(false);
    expect(asking.events.filter((event) => !isBytes(event))).toEqual(other.events);
    const heard = asking.events.flatMap((event) => (event.type === 'bytes' ? [Buffer.from(event.bytes)] : []));
    expect(String(Buffer.concat(heard))).toContain('hello\n');
    expect(String(Buffer.concat(heard))).not.toMatch(/my-password|CWLAP/);
    expect(String(Buffer.concat(heard))).toContain('"my-ssid","***********"');
  });

  it('gives its virtual modem faults, which are checked', async () => {
    const made = await program();
    const page = await pageOf(made.watched);
    const refused = await page.ask({ kind: 'fault', fault: { kind: 'reset' } });
    expect(refused).toMatchObject({ error: expect.stringContaining('watch(nic, { emulator })') });
    const watched = await watch(made.nic, { emulator: made.emulator });
    closers.push(() => watched.close());
    const giving = await pageOf(watched);
    expect(await giving.message(({ kind }) => kind === 'hello')).toMatchObject({ faults: { reset: {} } });
    const wrong = await giving.ask({ kind: 'fault', fault: { kind: 'lose', bytes: -1 } });
    expect(wrong).toMatchObject({ kind: 'done', error: expect.stringContaining('"bytes"') });
    expect(await giving.ask({ kind: 'fault', fault: { kind: 'reset' } })).toEqual({ kind: 'done', request: 2 });
    await giving.event(isSaid('ready'));
    await giving.event(({ type }) => type === 'virtual');
  });

  it('asks the modem for the strength of its signal, and says why it cannot', async () => {
    const made = await program();
    const page = await pageOf(made.watched);
    await made.nic.connect('my-ssid', 'my-password');
    expect(await page.ask({ kind: 'ask' })).toEqual({ kind: 'done', request: 1 });
    await page.event((event) => event.type === 'said' && /CWJAP.*\?/.test(event.text));
    await made.nic.close();
    expect(await page.ask({ kind: 'ask' })).toMatchObject({ error: expect.stringContaining('closed') });
  });

  it.each(['', 'x', '1', '{}', '{"request":1}', '{"request":1,"kind":"open"}', '{"request":1,"kind":"fault"}'])(
    'hangs up on a page that says %j',
    async (text) => {
      const made = await program();
      const page = await pageOf(made.watched);
      const closed = once(page.socket, 'close');
      page.socket.send(text);
      expect((await closed)[0]).toBe(1007);
    },
  );

  it('tells how many pages are attached', async () => {
    const made = await program();
    const counts: number[] = [];
    const counting = made.watched.pages$.subscribe((count) => counts.push(count));
    const page = await pageOf(made.watched);
    const alone = firstValueFrom(made.watched.pages$.pipe(filter((count) => count === 0)));
    await page.close();
    await alone;
    expect(counts).toEqual([0, 1, 0]);
    counting.unsubscribe();
  });

  it('hangs up on its pages when it is closed, and frees its port, once and again', async () => {
    const made = await program();
    const page = await pageOf(made.watched);
    const closed = once(page.socket, 'close');
    await made.watched.close();
    await made.watched.close();
    expect((await closed)[0]).toBe(1001);
    const again = await watch(made.nic, { port: Number(new URL(made.watched.url).port) });
    await again.close();
  });

  it('says that its port is taken, and what a history is', async () => {
    const made = await program();
    const port = Number(new URL(made.watched.url).port);
    await expect(watch(made.nic, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(watch(made.nic, { history: 0 })).rejects.toThrow('history is a number of events from 1 up, not 0');
  });

  it('says that an "await" is missing', async () => {
    const { nic } = await program();
    await expect(watch(Promise.resolve(nic) as unknown as ESP8285)).rejects.toThrow('is an "await" missing?');
  });

  it('listens to the end of the process once, however many interfaces are watched', async () => {
    const before = process.listenerCount('exit');
    const made = await program();
    for (let i = 0; i < 11; i++) await program();
    expect(process.listenerCount('exit')).toBe(before + 1);
    await made.watched.close();
    expect(process.listenerCount('exit')).toBe(before + 1);
    for (const close of closers.splice(0).reverse()) await close();
    expect(process.listenerCount('exit')).toBe(before);
  });
});

describe('who may watch', () => {
  it.each([
    ['a page of another origin', { origin: 'https://other.example' }, (url: string) => url],
    ['a page that guesses the token', {}, (url: string) => `${url}x`],
    ['a page without a token', {}, (url: string) => url.replace(/#.*/, '')],
    ['a page that calls this machine by another name', { host: 'rebound.example' }, (url: string) => url],
  ])('is not %s', async (_, headers, change) => {
    const { watched } = await program();
    await expect(AttachingPage.to(change(watched.url), headers)).rejects.toThrow('refused with 403');
  });

  it('is the page that the program serves', async () => {
    const { watched } = await program();
    const { origin } = new URL(watched.url);
    const page = await AttachingPage.to(watched.url, { origin });
    await expect(page.message(({ kind }) => kind === 'hello')).resolves.toHaveProperty('name');
    await page.close();
  });

  it('is nobody on another path, and nobody of another machine', async () => {
    const { watched } = await program();
    const socket = connect(Number(new URL(watched.url).port), '127.0.0.1');
    const { pathname, search } = new URL(socketUrl(watched.url));
    const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13';
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    socket.write(`GET ${pathname}/x${search} HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n${key}\r\n\r\n`);
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 400 /);
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });
});
