import { describe, expect, it } from '@jest/globals';
import { decode, encode, type Packet } from 'dns-packet';
import assert from 'node:assert/strict';
import { catchError, concatMap, EMPTY, map, merge, type Observable, of, VirtualTimeScheduler } from 'rxjs';

import { type FirmwareVersion, firmwareVersions } from '../../../src/emulator';
import { type Rule, type Talk, virtualModem } from '../../../src/testing';
import { nonos15, nonos174 } from '../../../harness/modems/firmware';
import { code, stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

/** A name of that many bytes. */
function nameOf(length: number): string {
  return `${'a'.repeat(60)}.`.repeat(5).slice(0, length - 2) + '.b';
}

/** A name server that answers as it is told. */
function nameServer(answer: (question: string, id: number) => Packet | Buffer | undefined): Talk {
  return (asked$: Observable<Buffer>) =>
    asked$.pipe(
      concatMap((bytes) => {
        const { id = 0, questions = [] } = decode(bytes);
        const said = answer(questions[0]?.name ?? '', id);
        if (said === undefined) return EMPTY;
        return of(Buffer.isBuffer(said) ? said : encode(said));
      }),
    );
}

const found = nameServer((name, id) => ({
  type: 'response',
  id,
  questions: [{ type: 'A', name }],
  answers: [
    { type: 'CNAME', name, data: 'edge.example' },
    { type: 'A', name: 'edge.example', data: '192.0.2.7' },
    { type: 'A', name: 'edge.example', data: '192.0.2.8' },
  ],
}));

const answering = (flags: number, id = 0) =>
  nameServer((name, asked) => ({ type: 'response', id: asked ^ id, flags, questions: [{ type: 'A', name }] }));

interface Found {
  readonly outcome: unknown;
  readonly took: number;
  readonly said: string;
}

/** Looks a name up, with an echo connection beside it; `name servers` are by address. */
function lookUp(firmware: FirmwareVersion, name: string, servers: Readonly<Record<string, Talk>>): Found {
  const scheduler = new VirtualTimeScheduler();
  let said = '';
  const { nic, online$, socket, emulator } = virtualModem({
    scheduler,
    firmware,
    hosts: { '192.0.2.1:7': (received$: Observable<Buffer>) => received$ },
    datagrams: Object.fromEntries(Object.entries(servers).map(([address, talk]) => [`${address}:53`, talk])),
    line: (uart) => ({
      ...uart,
      write: (bytes) => {
        said += Buffer.from(bytes).toString('latin1');
        return uart.write(bytes);
      },
    }),
  });
  let outcome: unknown = 'nothing';
  let ended = 0;
  const other = socket();
  online$.pipe(concatMap(() => other.connect$(['192.0.2.1', 7]))).subscribe();
  scheduler.flush();
  const begun = scheduler.now();
  nic
    .resolve(name)
    .pipe(catchError((error: unknown) => of(error instanceof Error && 'code' in error ? error.code : error)))
    .subscribe((told) => {
      outcome = told;
      ended = scheduler.now();
    });
  // Nobody else suffers.
  let echoed = '';
  other.sendall$(Buffer.from('hello')).subscribe();
  other.recv$(5).subscribe((bytes) => (echoed = bytes.toString()));
  scheduler.flush();
  assert.strictEqual(echoed, 'hello');
  emulator.close();
  return { outcome, took: ended - begun, said };
}

describe.each(firmwareVersions)('a long host name, AT %s', (firmware) => {
  const usual = '208.67.222.222';

  it.each([65, 100, 200, 253])('of %d bytes is asked of the name servers', (length) => {
    const { outcome, said } = lookUp(firmware, nameOf(length), { [usual]: found });
    expect(outcome).toEqual(['192.0.2.7', '192.0.2.8']);
    expect(said).not.toContain('AT+CIPDOMAIN');
  });

  it('of 64 bytes is never sent to AT 1.x, which it would crash', () => {
    const { outcome, said } = lookUp(firmware, nameOf(64), { [usual]: found });
    expect(said.includes('AT+CIPDOMAIN')).toBe(firmware === '2.2.2');
    if (firmware !== '2.2.2') expect(outcome).toEqual(['192.0.2.7', '192.0.2.8']);
  });

  it('of 63 bytes is sent to the modem', () => {
    expect(lookUp(firmware, nameOf(63), {}).said).toContain(`AT+CIPDOMAIN="${nameOf(63)}"`);
  });

  it.each<readonly [string, Talk, string]>([
    ['NXDOMAIN', answering(3), 'EAI_NONAME'],
    ['no address', answering(0), 'EAI_NONAME'],
    ['SERVFAIL', answering(2), 'EAI_AGAIN'],
    ['REFUSED', answering(5), 'EAI_AGAIN'],
    ['another question\u2019s answer', answering(0, 1), 'EAI_AGAIN'],
    ['what is no answer', nameServer(() => Buffer.from('garbage that is no packet')), 'EAI_AGAIN'],
    ['nothing', nameServer(() => undefined), 'EAI_AGAIN'],
  ])('fails with a code of getaddrinfo when the server says %s', (_, talk, expected) => {
    const { outcome, took } = lookUp(firmware, nameOf(100), { [usual]: talk });
    expect(outcome).toBe(expected);
    expect(took).toBeLessThanOrEqual(10_100);
  });

  it('is asked again when a datagram is lost', () => {
    let times = 0;
    const late = nameServer((name, id) => {
      times++;
      if (times < 3) return undefined;
      return { type: 'response', id, answers: [{ type: 'A', name, data: '192.0.2.7' }] };
    });
    const { outcome, took } = lookUp(firmware, nameOf(100), { [usual]: late });
    expect(outcome).toEqual(['192.0.2.7']);
    expect(took).toBeLessThanOrEqual(4_100);
  });
});

describe('a long host name', () => {
  it.each([
    ['254 bytes', nameOf(254)],
    ['64 bytes between two dots', `${'x'.repeat(64)}.${nameOf(60)}`],
  ])('that cannot be is not asked: %s, EINVAL', (_, name) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware: nonos174 });
      expectObservable(
        nic.resolve(name).pipe(
          map((told) => String(told)),
          code(),
        ),
      ).toBe('#', {}, 'EINVAL');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    })();
  });

  it(
    'is not looked up while the modem is on no network: EAI_AGAIN',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [['AT+CIPSTATUS', 'STATUS:5\r\n\r\nOK\r\n']];
      const { nic } = stage(scheduler, { firmware: nonos174, script });
      expectObservable(
        nic.resolve(nameOf(100)).pipe(
          map((told) => String(told)),
          code(),
        ),
      ).toBe('#', {}, 'EAI_AGAIN');
    }),
  );

  it.each<readonly [string, readonly Rule[], readonly string[]]>([
    [
      'the modem names',
      [['AT+CIPDNS_CUR?', '+CIPDNS_CUR:192.0.2.53\r\n+CIPDNS_CUR:192.0.2.54\r\n\r\nOK\r\n']],
      ['192.0.2.53', '192.0.2.54'],
    ],
    ['it names in quotes', [['AT+CIPDNS_CUR?', '+CIPDNS:1,"192.0.2.53","0.0.0.0"\r\n\r\nOK\r\n']], ['192.0.2.53']],
    [
      'the modem does not name: the gateway, and the firmware\u2019s own',
      [
        ['AT+CIPDNS_CUR?', '\r\nERROR\r\n'],
        [
          'AT+CIPSTA_CUR?',
          '+CIPSTA_CUR:ip:"192.0.2.5"\r\n+CIPSTA_CUR:gateway:"192.0.2.1"\r\n+CIPSTA_CUR:netmask:"255.255.255.0"\r\n\r\nOK\r\n',
        ],
      ],
      ['192.0.2.1', '208.67.222.222'],
    ],
    ['it tells nothing at all', [['AT+CIPDNS_CUR?', '\r\nOK\r\n']], ['208.67.222.222']],
  ])('is asked of the servers that %s', (_, script, expected) => {
    marbles(({ flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, {
        firmware: nonos15,
        script: [...script, [/^(?!AT)/, '\r\nRecv 118 bytes\r\n\r\nSEND OK\r\n']],
      });
      let failed = '';
      nic
        .resolve(nameOf(100))
        .pipe(code())
        .subscribe({ error: (error: unknown) => (failed = String(error)) });
      flush();
      const asked = modem.heard.flatMap((line) => /^AT\+CIPSEND=\d,\d+,"([\d.]+)",53$/.exec(line)?.[1] ?? []);
      assert.deepStrictEqual([...new Set(asked)], expected);
      assert.strictEqual(failed, 'EAI_AGAIN');
      assert.ok(modem.heard.some((line) => line.startsWith('AT+CIPCLOSE=')));
    })();
  });

  it(
    'is no time server of AT 1.x: EINVAL, and nothing is sent',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware: nonos174 });
      expectObservable(
        nic.time$({ servers: [nameOf(64)] }).pipe(
          map((told) => String(told)),
          code(),
        ),
      ).toBe('#', {}, 'EINVAL');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );

  it('is looked up before it is pinged', () => {
    const scheduler = new VirtualTimeScheduler();
    let said = '';
    const { nic, online$ } = virtualModem({
      scheduler,
      firmware: '1.7.4',
      datagrams: { '208.67.222.222:53': found },
      line: (uart) => ({
        ...uart,
        write: (bytes) => {
          said += Buffer.from(bytes).toString('latin1');
          return uart.write(bytes);
        },
      }),
    });
    merge(online$.pipe(concatMap(() => nic.ping$(nameOf(64))))).subscribe({ error: () => undefined });
    scheduler.flush();
    expect(said).toContain('AT+PING="192.0.2.7"');
  });
});

it(
  'when the modem cannot send to one name server, the next one is asked',
  marbles(({ expectObservable, flush }, scheduler) => {
    const script: Rule[] = [
      ['AT+CIPDNS_CUR?', '+CIPDNS_CUR:192.0.2.1\r\n+CIPDNS_CUR:192.0.2.2\r\n\r\nOK\r\n'],
      [/^(?!AT).{118}$/s, '\r\nRecv 118 bytes\r\n\r\nSEND FAIL\r\n'],
      [/^(?!AT).{118}$/s, '\r\nRecv 118 bytes\r\n\r\nSEND OK\r\n'],
    ];
    const { modem, nic } = stage(scheduler, { firmware: nonos174, script });
    expectObservable(nic.resolve(nameOf(100)).pipe(code())).toBe('10s #', undefined, 'EAI_AGAIN');
    flush();
    assert.ok(modem.heard.some((said) => /^AT\+CIPSEND=4,\d+,"192\.0\.2\.2",53$/.test(said)));
  }),
);
