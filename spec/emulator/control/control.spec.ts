import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Subject, VirtualTimeScheduler } from 'rxjs';

import { Control, type EmulatorOptions, type Fault, faultArguments } from '../../../src/emulator';
import type { TestHost } from '../support/host';
import { modemsAndPeers } from '../support/modemsAndPeers';

const { modems } = modemsAndPeers();

/** A message of the control line. */
interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A client of a control line, whose time-outs run in virtual time. */
class Client {
  readonly heard: Message[] = [];
  readonly lines = new Subject<string>();
  isOver = false;
  private last = 100;

  constructor(control: Control) {
    control.session(this.lines).subscribe({
      next: (line) => this.heard.push(JSON.parse(line) as Message),
      complete: () => (this.isOver = true),
    });
  }

  /** Sends a request, and returns the answer, if there is one already. */
  asks(method: string, params: object = {}): Message | undefined {
    const id = ++this.last;
    this.lines.next(JSON.stringify({ id, method, params }));
    return this.answer(id);
  }

  answer(id: unknown): Message | undefined {
    return this.heard.find((message) => message.id === id);
  }

  get events(): readonly (Message['params'] | undefined)[] {
    return this.heard.filter(({ method }) => method === 'event').map(({ params }) => params);
  }
}

function stage(options: EmulatorOptions = {}): {
  host: TestHost;
  client: Client;
  control: Control;
  scheduler: VirtualTimeScheduler;
} {
  const host = modems.host(options);
  const scheduler = new VirtualTimeScheduler();
  const control = new Control(host.emulator, scheduler);
  return { host, client: new Client(control), control, scheduler };
}

describe('the control line of a virtual modem', () => {
  it('answers each request with its id, in the words of JSON-RPC', () => {
    const { client } = stage({ firmware: '2.2.2' });
    expect(client.asks('state')).toMatchObject({ jsonrpc: '2.0', id: 101, result: { firmware: '2.2.2', links: [] } });
    client.lines.next('{"jsonrpc":"2.0","id":"a","method":"state"}');
    expect(client.answer('a')).toMatchObject({ result: { wifi: 'joined' } });
    client.lines.next('');
    client.lines.complete();
    expect(client).toMatchObject({ isOver: true, heard: { length: 2 } });
  });

  it.each([
    ['nonsense', -32_700, 'the line is not JSON'],
    ['7', -32_600, 'a request is an object'],
    ['[]', -32_600, 'a request is an object'],
    ['{"id":{},"method":"state"}', -32_600, '"id" must be'],
    ['{"id":1}', -32_600, '"method" must be a text'],
    ['{"id":1,"method":"stat"}', -32_601, 'there is no method "stat"; there are fault, wait, state,'],
    ['{"id":1,"method":"toString"}', -32_601, 'there is no method "toString"'],
    ['{"method":"toString"}', -32_601, 'there is no method "toString"'],
    ['{"id":1,"method":"state","params":{"of":"links"}}', -32_602, 'state takes no "of"; it takes nothing'],
    ['{"id":1,"method":"state","params":[]}', -32_602, 'state must be an object'],
    ['{"id":1,"method":"fault"}', -32_602, '"kind" must be one of reset, watchdog,'],
    ['{"id":1,"method":"fault","params":{"kind":"rest"}}', -32_602, '"kind" must be one of reset, watchdog,'],
    [
      '{"id":1,"method":"fault","params":{"kind":"busy","for":"5s"}}',
      -32_602,
      '"for" of the fault busy must be a number',
    ],
    ['{"id":1,"method":"fault","params":{"kind":"lose","bytes":1.5}}', -32_602, 'must be a whole number'],
    ['{"id":1,"method":"fault","params":{"kind":"lose","from":"me"}}', -32_602, 'must be one of "modem", "host"'],
    ['{"id":1,"method":"fault","params":{"kind":"lose-result","as":"A\\r\\nB"}}', -32_602, 'must be one line of text'],
    ['{"id":1,"method":"fault","params":{"kind":"reset","when":{}}}', -32_602, '"when" of the fault reset says one of'],
    [
      '{"id":1,"method":"wait","params":{"heard":"AT","printed":1}}',
      -32_602,
      'the condition says one of heard, command',
    ],
    ['{"id":1,"method":"wait","params":{"printed":0}}', -32_602, 'must be a number from 1'],
    ['{"id":1,"method":"hosts","params":{"set":{"a.example":"192.0.2.1"}}}', -32_602, 'must lead to 127.x.x.x'],
    ['{"id":1,"method":"hosts","params":{"set":{"a.example":{}}}}', -32_602, 'must have "to"'],
    ['{"id":1,"method":"hosts","params":{"remove":"a.example"}}', -32_602, '"remove" of hosts must be a list'],
    ['{"id":1,"method":"change","params":{"latency":-1}}', -32_602, 'must be a number from 0 to 1000'],
    ['{"id":1,"method":"change","params":{"latencies":{"join":[1]}}}', -32_602, 'must be [shortest, longest]'],
    ['{"id":1,"method":"change","params":{"accessPoints":[{"key":"x"}]}}', -32_602, 'must have "ssid"'],
    [
      '{"id":1,"method":"change","params":{"accessPoints":[{"ssid":"a","key":"x"}]}}',
      -32_602,
      'must have 8 to 63 char',
    ],
    ['{"id":1,"method":"station","params":{}}', -32_602, 'must have "mac"'],
  ])('refuses %s', (line, code, message) => {
    const { client } = stage();
    client.lines.next(line);
    expect(client.heard).toEqual([
      expect.objectContaining({ error: { code, message: expect.stringContaining(message) } }),
    ]);
    // The line goes on.
    expect(client.asks('state')).toHaveProperty('result');
  });

  it('answers whatever comes with one line, or with none', () => {
    const { client } = stage();
    const word = fc.constantFrom('id', 'method', 'params', 'fault', 'wait', 'state', 'kind', 'reset', 'when', 'heard');
    const value = fc.letrec((tie) => ({
      any: fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('any')), tie('table')),
      table: fc.dictionary(word, tie('any')),
    }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          value.table.map((each) => JSON.stringify(each)),
        ),
        (line) => {
          client.heard.length = 0;
          client.lines.next(line);
          expect(client.heard.length).toBeLessThanOrEqual(1);
        },
      ),
    );
    expect(client.isOver).toBe(false);
  });

  it('makes a fault happen at once, without an answer if none is wanted', async () => {
    const { host, client } = stage({ firmware: '2.2.2' });
    client.lines.next('{"method":"fault","params":{"kind":"busy","for":60000}}');
    await host.asks('AT', '\r\nbusy p...\r\n');
    expect(client.heard).toEqual([]);
  });

  it.each(Object.keys(faultArguments) as readonly Fault['kind'][])('makes the fault %s happen', (kind) => {
    const { client } = stage();
    expect(client.asks('fault', { kind })).toHaveProperty('result.journal');
  });

  it('makes a fault happen within the line that the driver says', async () => {
    const { host, client } = stage({ firmware: '2.2.2' });
    expect(client.asks('fault', { kind: 'lose-result', when: { heard: 'AT+CIPMUX=' } })).toBeUndefined();
    await host.asks('AT', 'AT\r\n\r\nOK\r\n');
    await host.asks('AT+CIPMUX=1', 'AT+CIPMUX=1\r\n');
    expect(client.answer(101)).toMatchObject({ result: { cause: { kind: 'heard', text: 'AT+CIPMUX=1' } } });
    await host.asks('AT', 'AT\r\n\r\nOK\r\n');
  });

  it('makes a fault happen after so many bytes of the modem', async () => {
    const { host, client } = stage({ firmware: '2.2.2', baud: 921_600, chunking: 1 });
    client.asks('fault', { kind: 'unplug', when: { printed: 6 } });
    host.type('AT\r\n');
    await host.readsUntil(/AT\r\n\r\n/);
    expect(client.answer(101)).toMatchObject({ result: { cause: { printed: 6 } } });
    expect(host.unread).toBe('');
  });

  it('waits for what the driver says, also if it has been said', async () => {
    const { host, client } = stage();
    await host.asks('ATE0', 'ATE0\r\r\n\r\nOK\r\n');
    expect(client.asks('wait', { heard: 'ATE' })).toBeUndefined();
    expect(client.asks('wait', { heard: 'ATE', since: 0 })).toMatchObject({
      result: { n: 1, kind: 'heard', text: 'ATE0' },
    });
    await host.asks('ATE0');
    expect(client.answer(101)).toMatchObject({ result: { n: 3, kind: 'heard', text: 'ATE0' } });
  });

  it('waits for a state', async () => {
    const { host, client } = stage({ firmware: '2.2.2' });
    const links = [{ id: 0, kind: 'UDP' }];
    expect(client.asks('wait', { state: { links } })).toBeUndefined();
    expect(client.asks('wait', { state: { links: [], softAp: null, wifi: 'joined' } })).toHaveProperty('result.baud');
    await host.asks('ATE0', 'ATE0\r\n\r\nOK\r\n');
    await host.asks('AT+CIPSTART="UDP","127.0.0.1",9', 'CONNECT\r\n\r\nOK\r\n');
    expect(client.answer(101)).toMatchObject({ result: { links: [{ remote: { port: 9 }, sent: 0, received: 0 }] } });
  });

  it('says what came instead when it has waited long enough', () => {
    const { host, client, scheduler } = stage();
    client.asks('wait', { link: 'closed', timeout: 500 });
    host.type('AT\r\n');
    scheduler.flush();
    expect(client.answer(101)).toMatchObject({
      error: {
        code: -32_000,
        message: expect.stringMatching(/^not within 500 ms; .* got 2 entries, the last of them command: AT → OK/),
      },
    });
    expect(scheduler.now()).toBe(500);
  });

  it('ends its waits when the modem is switched off', () => {
    const { host, client } = stage();
    client.asks('wait', { heard: 'AT' });
    client.asks('wait', { printed: 1 });
    client.asks('wait', { state: { wifi: 'never' } });
    host.emulator.close();
    const error = { code: -32_001, message: 'the virtual modem has been switched off' };
    expect(client.heard).toEqual([101, 102, 103].map((id) => ({ jsonrpc: '2.0', id, error })));
  });

  it('shows what happens to those who watch, and keys to nobody', async () => {
    const { host, client, control } = stage({ stored: { ssid: '' } });
    const other = new Client(control);
    client.asks('watch');
    other.asks('watch', { kinds: ['wifi'] });
    await host.asks('ATE0', 'ATE0\r\r\n\r\nOK\r\n');
    host.type('AT+CWJAP_CUR="my-ssid","my-password"\r\n');
    await host.readsUntil(/OK\r\n$/);
    host.type('AT+CWMODE_CUR=3\r\n');
    await host.readsUntil(/OK\r\n$/);
    host.type('AT+CWSAP_CUR="mine","my-own-password",1,3\r\n');
    await host.readsUntil(/OK\r\n$/);
    expect(client.asks('state')).toMatchObject({ result: { softAp: { ssid: 'mine' } } });
    expect(client.asks('watch', { on: false })).toHaveProperty('result');
    await host.asks('AT');
    expect(client.events).toEqual(
      [
        ['heard', 'ATE0'],
        ['command', expect.stringMatching(/^ATE0 → OK, \d+ ms$/)],
        ['heard', 'AT+CWJAP_CUR="my-ssid"…'],
        ['wifi', 'joined my-ssid, address 192.168.1.50'],
        ['command', expect.stringContaining('AT+CWJAP_CUR="my-ssid"… → OK')],
        ['heard', 'AT+CWMODE_CUR=3'],
        ['command', expect.stringContaining('AT+CWMODE_CUR=3 → OK')],
        ['heard', 'AT+CWSAP_CUR="mine"…'],
        ['command', expect.stringContaining('AT+CWSAP_CUR="mine"… → OK')],
      ].map(([kind, text], index) => ({ n: index + 1, at: expect.any(Number), kind, text })),
    );
    expect(other.events).toEqual([client.events[3]]);
    const journal = other.asks('journal', { since: 9, kinds: ['heard'] });
    expect(journal).toMatchObject({ result: { entries: [{ n: 10, text: 'AT' }], journal: 11 } });
    expect(JSON.stringify(client.heard)).not.toContain('password');
  });

  it('changes hosts, and names keep their addresses', async () => {
    const { host, client } = stage({ firmware: '2.2.2', hosts: { 'a.example': 'refused', 'b.example': 'refused' } });
    await host.asks('ATE0', 'ATE0\r\n\r\nOK\r\n');
    const answer = client.asks('hosts', {
      set: { 'c.example': { to: '127.0.0.1:9', delay: 1 } },
      remove: ['a.example'],
    });
    const hosts = { 'b.example': 'refused', 'c.example': { to: '127.0.0.1:9', delay: 1 } };
    expect(answer).toMatchObject({ result: { hosts } });
    await host.asks('AT+CIPDOMAIN="a.example"', '\r\nERROR\r\n');
    await host.asks('AT+CIPDOMAIN="b.example"', '+CIPDOMAIN:"198.18.0.2"\r\n\r\nOK\r\n');
    await host.asks('AT+CIPDOMAIN="c.example"', '+CIPDOMAIN:"198.18.0.3"\r\n\r\nOK\r\n');
    expect(client.asks('hosts', { set: { 'd.example': '192.0.2.1' } })).toHaveProperty('error');
    expect(client.asks('hosts')).toMatchObject({ result: { hosts } });
  });

  it('changes networks and times', async () => {
    const { host, client } = stage({ firmware: '2.2.2', stored: { ssid: '' } });
    await host.asks('ATE0', 'ATE0\r\n\r\nOK\r\n');
    expect(
      client.asks('change', {
        accessPoints: [{ ssid: 'other', key: 'other-key', channel: 3, dhcp: 1 }],
        latency: 0.5,
        latencies: { command: [0, 0] },
        interleave: 0,
        ports: { 80: 0 },
      }),
    ).toHaveProperty('result');
    await host.asks('AT+CWMODE=1');
    client.asks('change', { latency: 0 });
    host.type('AT+CWJAP="my-ssid","my-password"\r\n');
    await host.readsUntil(/\+CWJAP:3\r\n\r\nERROR\r\n$/);
    host.type('AT+CWJAP="other","other-key"\r\n');
    await host.readsUntil(/WIFI GOT IP\r\n\r\nOK\r\n$/);
  });

  it('makes the modem as it was at the beginning', async () => {
    const { host, client } = stage({ firmware: '2.2.2' });
    await host.asks('ATE0', 'ATE0\r\n\r\nOK\r\n');
    await host.asks('AT+CWMODE=3');
    await host.asks('AT+CIPSTART="UDP","127.0.0.1",9', 'CONNECT\r\n\r\nOK\r\n');
    for (const kind of ['busy', 'lose', 'flip', 'marginal']) client.asks('fault', { kind, after: 0, every: 1 });
    client.asks('fault', { kind: 'busy' });
    client.asks('fault', { kind: 'lose', bytes: 9999 });
    client.asks('fault', { kind: 'marginal', above: 1, every: 1 });
    client.asks('restore');
    await host.readsUntil(/\r\nready\r\n/);
    await host.readsUntil(/WIFI GOT IP\r\n/);
    expect(client.asks('state')).toMatchObject({ result: { mode: 1, links: [], echo: true, wifi: 'joined' } });
  });

  it('lets a station into the network of the modem', async () => {
    const { host, client } = stage({ firmware: '2.2.2' });
    await host.asks('ATE0', 'ATE0\r\n\r\nOK\r\n');
    await host.asks('AT+CWMODE=3');
    client.asks('station', { mac: '02:00:00:00:00:07', address: '192.168.4.2' });
    await host.reads('+STA_CONNECTED:"02:00:00:00:00:07"\r\n+DIST_STA_IP:"02:00:00:00:00:07","192.168.4.2"\r\n');
    client.asks('station', { mac: '02:00:00:00:00:07' });
    await host.reads('+STA_DISCONNECTED:"02:00:00:00:00:07"\r\n');
  });

  it('goes on without a modem that was switched off', () => {
    const { host, client, control } = stage();
    client.asks('watch');
    host.emulator.close();
    expect(client.asks('state')).toHaveProperty('result');
    control.close();
    control.close();
    expect(client.isOver).toBe(false);
  });
});
