import { afterEach, describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { filter, firstValueFrom, lastValueFrom, mergeMap, ReplaySubject, toArray } from 'rxjs';
import { createModules, type ESP8285, type Modules } from 'rx-usocket';
import { createEmulator } from 'rx-usocket/emulator';
import { MemoryNetwork, parseRecording } from 'rx-usocket/testing';
import { readRecording, watch, type Watched, type WatchEvent } from 'rx-usocket/watch';
import { WebSocket } from 'ws';

import { Session, type SessionStage } from '../../src/session/session';
import { programSource } from '../../src/sources/programSource';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Program extends Modules {
  readonly nic: ESP8285;
  readonly watched: Watched;
}

async function program(): Promise<Program> {
  const network = new MemoryNetwork(new Map([[1, () => ['hello\n']]]));
  const emulator = createEmulator({ latency: 0, baud: 0, network, hosts: { 'host.example:80': '127.0.0.1:1' } });
  const modules = createModules();
  const nic = await modules.network.ESP8285(emulator.uart);
  closers.push(() => nic.close());
  const watched = await watch(nic, { name: 'demo', emulator });
  closers.push(() => watched.close());
  return { ...modules, nic, watched };
}

interface Page {
  readonly session: Session;
  /** Waits for the first event like this. */
  readonly event: (wanted: (event: WatchEvent) => boolean) => Promise<WatchEvent>;
  /** Waits until the source has ended or is lost. */
  readonly ended: () => Promise<SessionStage>;
}

function socketUrl({ url }: Watched): string {
  const { host, hash } = new URL(url);
  return `ws://${host}/program?token=${hash.replace('#program=', '')}`;
}

async function attach(watched: Watched): Promise<Page> {
  const source = await firstValueFrom(programSource(socketUrl(watched), { Socket: WebSocket }));
  const session = new Session(source);
  const events = new ReplaySubject<WatchEvent>(Infinity);
  session.batches$.pipe(mergeMap((batch) => batch)).subscribe(events);
  session.start();
  closers.push(() => session.close());
  return {
    session,
    event: (wanted) => firstValueFrom(events.pipe(filter(wanted))),
    ended: () => firstValueFrom(session.stage$.pipe(filter(({ stage }) => stage !== 'live'))),
  };
}

async function download({ nic, usocket }: Program): Promise<void> {
  await nic.connect('my-ssid', 'my-password');
  const sock = usocket.socket();
  await sock.connect((await usocket.getaddrinfo('host.example', 80))[0][4]);
  assert.equal(String(await sock.read()), 'hello\n');
  await sock.close();
}

const isSaid = (text: string) => (event: WatchEvent) => event.type === 'said' && event.text.includes(text);
const isState = ({ type }: WatchEvent) => type === 'state';
const isBytes = ({ type }: WatchEvent) => type === 'bytes';
const isClose = (event: WatchEvent) => event.type === 'call' && event.name === 'close' && event.stage === 'returns';

describe('a program and the pages that are attached to it', () => {
  it('tells both pages what it does, and both keep it when it ends', async () => {
    const demo = await program();
    const one = await attach(demo.watched);
    await download(demo);
    const other = await attach(demo.watched);
    for (const page of [one, other]) {
      assert.equal(page.session.source.name, 'demo');
      await page.event(isSaid('AT+CWJAP'));
      await page.event(isClose);
    }
    await demo.nic.close();
    for (const page of [one, other]) {
      assert.deepStrictEqual(await page.ended(), { stage: 'ended' });
      const text = (await page.session.keeper.kept()?.file.text()) ?? '';
      assert.ok(readRecording(text).some(isClose));
      assert.ok(!text.includes('my-password'));
    }
  });

  it('sends payloads when a page asks, and they are in what the page saves', async () => {
    const demo = await program();
    const page = await attach(demo.watched);
    await page.event(isState);
    page.session.setPayloads(true);
    page.session.source.askModem?.();
    await page.event(isBytes);
    await download(demo);
    await page.event(isClose);
    const kept = page.session.keeper.kept();
    assert.ok(kept);
    assert.equal(kept.header.bytes, 'all');
    const text = await kept.file.text();
    const said = parseRecording(text).flatMap(({ from, bytes }) => (from === 'modem' ? [bytes] : []));
    assert.ok(Buffer.concat(said).includes(':hello\n'));
    assert.ok(!text.includes('my-password'));
  });

  it('takes faults, and says what is wrong with one', async () => {
    const { watched } = await program();
    const { session, event } = await attach(watched);
    const { faults } = session.source;
    assert.ok(faults);
    await assert.rejects(lastValueFrom(faults.give({ kind: 'sleep' }).pipe(toArray())), /"kind" must be one of reset/);
    await lastValueFrom(faults.give({ kind: 'reset' }).pipe(toArray()));
    await event(({ type }) => type === 'virtual');
  });

  it('refuses a page with another token', async () => {
    const { watched } = await program();
    const url = socketUrl(watched).replace(/token=.*/, 'token=guessed');
    const attaching = firstValueFrom(programSource(url, { Socket: WebSocket }));
    await assert.rejects(attaching, /refuses this page: a program has a new token with each start/);
  });

  it('says why it is not watched any more', async () => {
    const { watched } = await program();
    const page = await attach(watched);
    await page.event(isState);
    await watched.close();
    const stage = await page.ended();
    assert.deepStrictEqual(stage, { stage: 'lost', why: 'the program is not watched any more' });
  });
});
