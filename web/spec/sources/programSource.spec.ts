import { beforeEach, describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { of, VirtualTimeScheduler } from 'rxjs';
import { type PageRequest, type ProgramMessage, readMessage, type WatchEvent, writeMessage } from 'rx-usocket/watch';

import type { ProgramSocket } from '../../src/sources/programMessages';
import { programSource } from '../../src/sources/programSource';
import type { Source } from '../../src/sources/source';

type Listener = (event: never) => void;

/** The sockets that the page has opened. The spec is the program. */
let sockets: FakeSocket[] = [];

class FakeSocket implements ProgramSocket {
  readonly asked: PageRequest[] = [];
  isClosed = false;
  private readonly listeners: Record<string, Listener[]> = {};

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    sockets.push(this);
  }

  addEventListener(type: string, listener: Listener): void {
    (this.listeners[type] ??= []).push(listener);
  }

  send(text: string): void {
    this.asked.push(readMessage(text) as PageRequest);
  }

  close(): void {
    this.isClosed = true;
  }

  tell(type: string, event: object): void {
    for (const listener of this.listeners[type] ?? []) listener(event as never);
  }

  say(...messages: readonly ProgramMessage[]): void {
    for (const message of messages) this.tell('message', { data: writeMessage(message) });
  }
}

const url = 'ws://127.0.0.1:8080/program?token=secret';
const hello: ProgramMessage = { kind: 'hello', name: 'demo', faults: { reset: {} } };
const at = (time: number, text = ''): WatchEvent => ({ type: 'virtual', time, kind: 'hint', text });

interface Attaching {
  readonly scheduler: VirtualTimeScheduler;
  readonly told: Source[];
  readonly failures: string[];
}

function attach(isThere = false): Attaching {
  const scheduler = new VirtualTimeScheduler();
  const told: Source[] = [];
  const failures: string[] = [];
  const options = { Socket: FakeSocket, scheduler, answers: () => of(isThere) };
  programSource(url, options).subscribe({
    next: (source) => told.push(source),
    error: ({ message }: Error) => failures.push(message),
  });
  return { scheduler, told, failures };
}

/** A source that has said hello, and what its session has read. */
function attached(): Attaching & { readonly source: Source; readonly events: unknown[]; readonly notices: string[] } {
  const attaching = attach();
  open(0);
  const source = first(attaching.told);
  const events: unknown[] = [];
  const notices: string[] = [];
  source.notices$?.subscribe((text) => notices.push(text));
  source.batches$.subscribe({
    next: (batch) => events.push(...batch),
    error: ({ message }: Error) => events.push(message),
    complete: () => events.push('ended'),
  });
  return { ...attaching, source, events, notices };
}

function socket(index: number): FakeSocket {
  const found = sockets[index];
  assert.ok(found, `the page has opened ${sockets.length} sockets`);
  return found;
}

function first(sources: readonly Source[]): Source {
  const [source] = sources;
  assert.ok(source, 'the program has said hello');
  return source;
}

function open(index: number): void {
  socket(index).tell('open', {});
  socket(index).say(hello);
}

function hangUp(index: number, reason = ''): void {
  socket(index).tell('close', { reason });
}

describe('a source that is a program', () => {
  beforeEach(() => {
    sockets = [];
  });

  it('is there when the program has said hello, and loses nothing that comes before it is read', () => {
    const { told } = attach();
    assert.equal(socket(0).protocol, 'rx-usocket-watch');
    assert.equal(told.length, 0);
    open(0);
    socket(0).say({ kind: 'events', events: [at(1), at(2)] });
    const source = first(told);
    assert.deepStrictEqual([source.kind, source.name, source.faults?.table], ['program', 'demo', { reset: {} }]);
    const events: WatchEvent[] = [];
    source.batches$.subscribe((batch) => events.push(...batch));
    socket(0).say({ kind: 'events', events: [at(3)] });
    assert.deepStrictEqual(events, [at(1), at(2), at(3)]);
  });

  it('is closed before it is there', () => {
    programSource(url, { Socket: FakeSocket, scheduler: new VirtualTimeScheduler() }).subscribe().unsubscribe();
    assert.ok(socket(0).isClosed);
  });

  it('ends when the program says so', () => {
    const { events, source } = attached();
    socket(0).say({ kind: 'events', events: [at(1)] }, { kind: 'end' });
    assert.deepStrictEqual(events, [at(1), 'ended']);
    assert.ok(socket(0).isClosed);
    source.close();
  });

  it('is lost with the reason that the program gives', () => {
    const { events } = attached();
    socket(0).say({ kind: 'end', reason: 'the line was pulled out' });
    assert.deepStrictEqual(events, ['the line was pulled out']);
  });

  it('leaves out messages that make no sense', () => {
    const { events } = attached();
    for (const data of ['', '{', '3', '{"kind":"sing"}', new ArrayBuffer(3), undefined]) {
      socket(0).tell('message', { data });
    }
    socket(0).say({ kind: 'events', events: [at(1)] });
    socket(0).tell('message', { data: '{"kind":"ask","request":1}' });
    assert.deepStrictEqual(events, [at(1)]);
  });

  it('asks the program, and hands on why it refuses', () => {
    const { source } = attached();
    const told: unknown[] = [];
    source.setPayloads?.(true);
    source.askModem?.();
    const give = () =>
      source.faults?.give({ kind: 'reset' }).subscribe({
        error: ({ message }: Error) => told.push(message),
        complete: () => told.push('given'),
      });
    give();
    give();
    socket(0).say(
      { kind: 'done', request: 3 },
      { kind: 'done', request: 4, error: 'no' },
      { kind: 'done', request: 9 },
    );
    assert.deepStrictEqual(told, ['given', 'no']);
    assert.deepStrictEqual(
      socket(0).asked.map(({ kind }) => kind),
      ['payloads', 'ask', 'fault', 'fault'],
    );
    give();
    hangUp(0);
    give();
    assert.deepStrictEqual(told.slice(2), ['the connection to the program was lost', 'the program is not connected']);
  });

  it('goes on with what is new when a lost connection is there again', () => {
    const { scheduler, events, notices, source } = attached();
    const connections: boolean[] = [];
    source.isConnected$?.subscribe((isConnected) => connections.push(isConnected));
    source.setPayloads?.(true);
    socket(0).say({ kind: 'events', events: [at(1), at(2, 'one')] });
    hangUp(0);
    scheduler.flush();
    assert.deepStrictEqual(connections, [true, false]);
    open(1);
    assert.deepStrictEqual(connections, [true, false, true]);
    const all = [at(1), at(2, 'one'), at(2, 'another'), at(3)];
    socket(1).say({ kind: 'events', events: all });
    assert.deepStrictEqual(events, all);
    assert.equal(scheduler.now(), 250);
    assert.deepStrictEqual(notices.length, 2);
    assert.deepStrictEqual(
      socket(1).asked.map(({ kind }) => kind),
      ['payloads'],
    );
  });

  it('is lost when nobody answers for some seconds', () => {
    const { scheduler, events } = attached();
    hangUp(0);
    for (let index = 1; index <= 5; index++) {
      scheduler.flush();
      hangUp(index);
    }
    assert.equal(scheduler.now(), 7_750);
    assert.match(String(events), /^nobody answers at 127\.0\.0\.1:8080; the program has ended/);
  });

  it('says why it cannot be attached', () => {
    const { failures: refused } = attach(true);
    hangUp(0);
    assert.match(
      String(refused),
      /^the server at 127\.0\.0\.1:8080 refuses this page: .* open the address that the program/,
    );
    const { failures: absent } = attach(false);
    hangUp(1);
    assert.match(String(absent), /^nobody answers at 127\.0\.0\.1:8080/);
    const { failures: hungUp } = attach(true);
    hangUp(2, 'the program is not watched any more');
    assert.deepStrictEqual(hungUp, ['the program is not watched any more']);
    assert.ok(!String([refused, absent]).includes('secret'));
  });
});
