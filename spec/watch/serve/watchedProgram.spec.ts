import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';
import { asyncScheduler, EMPTY, filter, firstValueFrom, NEVER, type Observable, Subject } from 'rxjs';

import { nextTurn } from '../../../harness/time/turns';
import { servePageSockets } from '../../../src/loopback/pageSockets';
import { watchProtocol, type WatchEvent } from '../../../src/watch';
import { WatchedProgram } from '../../../src/watch/serve/watchedProgram';
import { AttachingPage } from '../support/attachPage';

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A program whose events are made by hand. */
async function programOf(events: (payloads$: Observable<boolean>) => Observable<WatchEvent>, history = 1000) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => new Promise<unknown>((done) => server.close(done)));
  const program = new WatchedProgram({
    events,
    hello: { kind: 'hello', name: 'program' },
    answers: { fault: () => NEVER, ask: () => NEVER },
    history,
    scheduler: asyncScheduler,
  });
  closers.push(() => program.close());
  const sockets = servePageSockets({
    server,
    protocol: watchProtocol,
    longestMessage: 1000,
    refusal: () => undefined,
  });
  sockets.on('connection', (socket) => program.attach(socket));
  const attach = async (): Promise<AttachingPage> => {
    const page = await AttachingPage.to(`http://127.0.0.1:${(server.address() as AddressInfo).port}/#program=`);
    closers.push(() => page.close());
    return page;
  };
  return { program, sockets, attach };
}

const note = (time: number): WatchEvent => ({
  type: 'said',
  time,
  direction: 'by driver',
  kind: 'note',
  text: 'x'.repeat(200),
  size: 200,
});
const bytes = (time: number): WatchEvent => ({ type: 'bytes', time, from: 'modem', bytes: Buffer.from('secret') });

describe('a watched program', () => {
  it('costs a bounded buffer when a page does not read, and the page gets the number of what it has missed', async () => {
    const events = new Subject<WatchEvent>();
    const { sockets, attach } = await programOf(() => events);
    const [slow, other] = [await attach(), await attach()];
    slow.socket.pause();
    const [client] = [...sockets.clients];
    const all = 50_000;
    let most = 0;
    for (let time = 0; time < all; time++) {
      events.next(note(time));
      most = Math.max(most, client!.bufferedAmount);
      if (time % 500 === 0) await nextTurn();
    }
    events.complete();
    slow.socket.resume();
    await Promise.all([slow.end(), other.end()]);
    expect(most).toBeLessThan(1.5 * (1 << 20));
    const missed = slow.events.filter((event) => event.type === 'missed');
    expect(missed.length).toBeGreaterThan(0);
    for (const page of [slow, other]) {
      let next = 0;
      const misplaced = page.events.filter((event) => {
        if (event.type !== 'missed') return event.time !== next++;
        next += event.count;
        return false;
      });
      expect(misplaced).toEqual([]);
      expect(next).toBe(all);
    }
  });

  it('tells bytes only while a page wants them, and only to that page', async () => {
    const events = new Subject<WatchEvent>();
    const wanted: boolean[] = [];
    const { program, attach } = await programOf((payloads$) => {
      payloads$.subscribe((areWanted) => wanted.push(areWanted));
      return events;
    });
    const [asking, other] = [await attach(), await attach()];
    await asking.ask({ kind: 'payloads', areShown: true });
    events.next(bytes(1));
    events.next(note(2));
    await Promise.all([asking, other].map((page) => page.event(({ time }) => time === 2)));
    expect(asking.events).toEqual([bytes(1), note(2)]);
    expect(other.events).toEqual([note(2)]);
    const late = await attach();
    await late.event(({ time }) => time === 2);
    expect(late.events).toEqual([note(2)]);
    const gone = firstValueFrom(program.pages$.pipe(filter((count) => count === 2)));
    await asking.close();
    await gone;
    expect(wanted).toEqual([false, true, false]);
  });

  it('sends what is new in batches', async () => {
    const events = new Subject<WatchEvent>();
    const { attach } = await programOf(() => events);
    const page = await attach();
    for (let time = 1; time <= 400; time++) events.next(note(time));
    await page.event(({ time }) => time === 400);
    expect(page.messages.map(({ kind }) => kind)).toEqual(['hello', 'events']);
  });

  it('says why it has ended', async () => {
    const events = new Subject<WatchEvent>();
    const { attach } = await programOf(() => events);
    const page = await attach();
    const state = { modem: 'down', wifi: 'down', waitingCommands: 0, links: [], sockets: [] } as const;
    events.next({ type: 'state', time: 1, state: { ...state, error: 'the line is lost' } });
    events.complete();
    expect(await page.end()).toEqual({ kind: 'end', reason: 'the line is lost' });
  });

  it('says that its process ends, and why, after what happened last', async () => {
    const events = new Subject<WatchEvent>();
    const { program, attach } = await programOf(() => events);
    const page = await attach();
    events.next(note(1));
    program.exit(3);
    expect(await page.end()).toEqual({ kind: 'end', reason: 'the program has ended with exit code 3' });
    expect(page.events).toEqual([note(1)]);
  });

  it('says once that it has ended, when its interface has been closed before', async () => {
    const { program, attach } = await programOf(() => EMPTY);
    program.exit(3);
    const page = await attach();
    expect(await page.end()).toEqual({ kind: 'end' });
  });

  it('tells a page the bytes that came while it wanted them, and no others', async () => {
    const events = new Subject<WatchEvent>();
    const { attach } = await programOf(() => events);
    const [page, other] = [await attach(), await attach()];
    await other.ask({ kind: 'payloads', areShown: true });
    events.next(bytes(1));
    // Asked before the events of the last moment are sent.
    await page.ask({ kind: 'payloads', areShown: true });
    events.next(bytes(2));
    await page.ask({ kind: 'payloads', areShown: false });
    events.next(bytes(3));
    events.next(note(4));
    await page.event(({ time }) => time === 4);
    expect(page.events.map(({ time }) => time)).toEqual([2, 4]);
  });
});
