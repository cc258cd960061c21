import { afterAll, describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { EMPTY, NEVER, throwError, VirtualTimeScheduler } from 'rxjs';

import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type Fault,
  firmwareVersions,
} from '../../../src/emulator';
import { ESP8285, type ModemOptions, type TraceEvent } from '../../../src/esp8285';
import type { Uart } from '../../../src/streams';
import { Socket } from '../../../src/usocket';
import { OSError } from '../../../src/usocket/contract/osError';
import { answering } from '../../../harness/modems/answeringNetwork';

interface Bench {
  readonly emulator: Emulator;
  readonly nic: ESP8285;
  readonly trace: TraceEvent[];
  /** Milliseconds at which the interface was up, or `undefined`. */
  readonly up: () => number | undefined;
  readonly failure: () => unknown;
  /** Lets so many milliseconds pass. */
  readonly run: (milliseconds: number) => void;
  readonly notes: () => readonly string[];
  readonly commands: () => readonly string[];
}

interface BenchOptions extends ModemOptions {
  readonly emulated?: EmulatorOptions;
  /** Prepares the modem before the interface is started. */
  readonly before?: (emulator: Emulator, run: (milliseconds: number) => void) => void;
  readonly line?: (uart: Uart) => Uart;
}

/** The time of each modem. */
const times = new WeakMap<Emulator, VirtualTimeScheduler>();

function timeOf(emulator: Emulator): VirtualTimeScheduler {
  const scheduler = times.get(emulator);
  assert.ok(scheduler);
  return scheduler;
}

/** An interface on a virtual modem with a paced line, in virtual time; it is started and has 40 seconds. */
function started({ emulated, before, line = (uart) => uart, ...options }: BenchOptions): Bench {
  const scheduler = new VirtualTimeScheduler();
  const run = (milliseconds: number): void => {
    scheduler.maxFrames = scheduler.now() + milliseconds;
    scheduler.flush();
  };
  const stored = { ssid: 'my-ssid', key: 'my-password' };
  const emulator = createEmulator({ scheduler, baud: 115_200, stored, interleave: 0, ...emulated });
  emulator.setHostBaud(115_200);
  times.set(emulator, scheduler);
  before?.(emulator, run);
  const nic = new ESP8285(line(emulator.uart), { scheduler, ...options });
  const trace: TraceEvent[] = [];
  nic.trace$.subscribe((event) => trace.push(event));
  let up: number | undefined;
  let failure: unknown;
  const begun = scheduler.now();
  nic.start$().subscribe({
    next: () => (up = scheduler.now() - begun),
    error: (error: unknown) => (failure = error),
  });
  run(40_000);
  const texts = (kind: TraceEvent['kind']) => trace.filter((event) => event.kind === kind).map(({ text }) => text);
  return {
    emulator,
    nic,
    trace,
    up: () => up,
    failure: () => failure,
    run,
    notes: () => texts('note'),
    commands: () => texts('command'),
  };
}

/** The same line with other methods. */
function replacing(uart: Uart, methods: Partial<Uart>): Uart {
  const line: Uart = Object.create(uart, Object.getOwnPropertyDescriptors(methods)) as Uart;
  return line;
}

/** A line that does something at each change of the modem's speed, before the modem hears it. */
function atChange(act: (emulator: Emulator, changes: number) => void) {
  let emulator: Emulator | undefined;
  let changes = 0;
  const before = (made: Emulator): void => {
    emulator = made;
  };
  const line = (uart: Uart): Uart =>
    replacing(uart, {
      write: (bytes) => {
        if (emulator && String(bytes).startsWith('AT+UART_CUR=')) act(emulator, ++changes);
        return uart.write(bytes);
      },
    });
  return { before, line };
}

const once = (fault: Fault) =>
  atChange((emulator, changes) => {
    if (changes === 1) emulator.fault(fault);
  });

describe.each(firmwareVersions)('a faster line, AT %s', (firmware) => {
  const emulated = { firmware };
  const flow = firmware === '2.2.2' ? 1 : 0;
  /** Both ends have this speed, the echo is off, and the modem answers. */
  const assertUsable = ({ emulator, nic, run }: Bench, baud: number): void => {
    assert.deepStrictEqual([nic.baud, emulator.state.baud, emulator.uart.baudRate], [baud, baud, baud]);
    assert.equal(emulator.state.echo, false);
    let address: string | undefined;
    nic.ifconfig$().subscribe(([ip]) => (address = ip));
    run(1_000);
    assert.match(address ?? '', /^\d+\.\d+\.\d+\.\d+$/);
  };
  const assertUpWithin = ({ up, failure }: Bench, milliseconds: number): void => {
    assert.ok((up() ?? Infinity) < milliseconds, `up after ${up()} ms: ${String(failure())}`);
  };

  it('S9 has the wanted speed at the end of the set-up, and carries what is said', () => {
    const bench = started({ emulated, baud: 921_600 });
    assertUpWithin(bench, 1_000);
    assertUsable(bench, 921_600);
    const { commands, notes } = bench;
    const changes = commands().filter((said) => said.startsWith('AT+UART'));
    assert.deepStrictEqual(changes, ['AT+UART_CUR?', `AT+UART_CUR=921600,8,1,0,${flow}`]);
    // The port is tried first.
    const speeds = [921_600, 115_200, 921_600].map((baud) => `the line has ${baud} baud`);
    assert.deepStrictEqual(notes(), speeds);
    assert.match(inspect(bench.nic), / baud=921600 /);
  });

  it('is the same line, and nothing is asked, when it has that speed already, or none is wanted', () => {
    for (const baud of [115_200, undefined]) {
      const bench = started({ emulated, ...(baud && { baud }) });
      assertUpWithin(bench, 1_000);
      assertUsable(bench, 115_200);
      assert.ok(!bench.commands().some((said) => said.includes('UART')));
    }
  });

  it('keeps the flow control that the set-up has turned on', () => {
    const bench = started({ emulated, baud: 921_600, flowControl: true, line: (uart) => uart });
    assertUsable(bench, 921_600);
    const changes = bench.commands().filter((said) => said.startsWith('AT+UART_CUR='));
    assert.match(changes[0] ?? '', /^AT\+UART_CUR=115\d{3},8,1,0,3$/);
    assert.equal(changes[1], 'AT+UART_CUR=921600,8,1,0,3');
  });

  it.each<readonly [string, Fault]>([
    ['the whole answer to the change is lost', { kind: 'lose-reply' }],
    ['the OK of the change is lost', { kind: 'lose-result' }],
    ['the OK of the change comes in other words', { kind: 'lose-result', as: 'OKAY' }],
    ['the OK of the change is damaged', { kind: 'flip', after: 2, bytes: 2 }],
    ['the change is lost', { kind: 'lose', bytes: 30, from: 'host' }],
    ['the line end of the change is lost', { kind: 'lose', after: 26, bytes: 2, from: 'host' }],
    ['the change is damaged', { kind: 'flip', after: 5, from: 'host' }],
    ['the change is damaged to another speed that is none', { kind: 'flip', after: 13, from: 'host' }],
    ['the modem starts again meanwhile', { kind: 'reset' }],
    ['the modem starts again meanwhile, and its ready is lost', { kind: 'reset', loseReady: true }],
    ['the watchdog of the modem fires meanwhile', { kind: 'watchdog' }],
  ])('is up within 10 s with the wanted speed when %s', (_, fault) => {
    const bench = started({ emulated, baud: 921_600, ...once(fault) });
    assertUpWithin(bench, 4_000);
    assertUsable(bench, 921_600);
  });

  it('is up with the wanted speed when the modem starts again at any moment of the change', () => {
    for (let at = 0; at < 700; at += 31) {
      const { before, line } = atChange((emulator, changes) => {
        if (changes === 1) timeOf(emulator).schedule(() => emulator.fault({ kind: 'reset' }), at);
      });
      const bench = started({ emulated, baud: 921_600, before, line });
      assertUpWithin(bench, 10_000);
      assertUsable(bench, 921_600);
    }
  });

  it('is up with a slower one when the modem falls silent for 5 s', () => {
    const bench = started({ emulated, baud: 921_600, ...once({ kind: 'silence', for: 5_000 }) });
    assertUpWithin(bench, 10_000);
    assertUsable(bench, 460_800);
  });

  it('S6 has the next slower one when the modem refuses, and says so', () => {
    // Faster than any firmware accepts
    const bench = started({ emulated, baud: 4_700_000 });
    assertUpWithin(bench, 2_000);
    assertUsable(bench, 3_000_000);
    assert.ok(bench.notes().includes('the line cannot have 4700000 baud: the modem refuses it'));
  });

  it('is not told to the modem when the port cannot have it', () => {
    const bench = started({
      emulated,
      baud: 921_600,
      line: (uart) =>
        replacing(uart, {
          setBaudRate: (baud) =>
            baud > 300_000
              ? throwError(() => new OSError('EINVAL', 'open', 'too fast'))
              : (uart.setBaudRate?.(baud) ?? EMPTY),
        }),
    });
    assertUpWithin(bench, 2_000);
    assertUsable(bench, 230_400);
    assert.ok(bench.notes().includes('the line cannot have 921600 baud: too fast'));
    assert.deepStrictEqual(
      bench.commands().filter((said) => said.startsWith('AT+UART_CUR=')),
      [`AT+UART_CUR=230400,8,1,0,${flow}`],
    );
  });

  it.each<readonly [string, Fault, number]>([
    ['one byte in 2000 above 460800', { kind: 'marginal', above: 460_800, every: 2_000 }, 460_800],
    ['one byte in 500 above 230400', { kind: 'marginal', above: 230_400, every: 500 }, 230_400],
    ['one byte in 500', { kind: 'marginal', every: 500 }, 115_200],
    ['one byte in 50', { kind: 'marginal', every: 50 }, 115_200],
    ['one byte in 20 of the modem', { kind: 'marginal', every: 20, from: 'modem' }, 115_200],
    ['one byte in 20 of the host', { kind: 'marginal', every: 20, from: 'host' }, 115_200],
  ])('is as fast as a line allows that damages %s', (_, fault, expected) => {
    const bench = started({ emulated, baud: 921_600, before: (emulator) => emulator.fault(fault) });
    assertUpWithin(bench, 12_000);
    assertUsable(bench, expected);
    assert.match(bench.notes().join('\n'), /the line cannot have 921600 baud: it damages what is said/);
  });

  it('does not try what the line cannot carry again, until the program wants it', () => {
    const bench = started({
      emulated,
      baud: 921_600,
      before: (emulator) => emulator.fault({ kind: 'marginal', above: 300_000, every: 500 }),
    });
    assertUsable(bench, 230_400);
    const before = bench.notes().length;
    bench.emulator.fault({ kind: 'reset' });
    bench.run(10_000);
    assertUsable(bench, 230_400);
    assert.ok(
      !bench
        .notes()
        .slice(before)
        .some((note) => note.includes('921600')),
    );
    bench.emulator.fault({ kind: 'marginal', above: 921_600 });
    let reached: number | undefined;
    bench.nic.set_baud$(921_600).subscribe((baud) => (reached = baud));
    bench.run(2_000);
    assert.equal(reached, 921_600);
    assertUsable(bench, 921_600);
  });

  it('that carries nothing is EIO, which says what to do, or a restart of the modem has helped', () => {
    const bench = started({
      emulated,
      baud: 921_600,
      before: (emulator) => emulator.fault({ kind: 'marginal', every: 1 }),
    });
    assert.equal(bench.up(), undefined);
    assert.ok(bench.failure() instanceof OSError);
    assert.match(String(bench.failure()), /the modem has 921600 baud now, .*switch it off and on/);
    bench.emulator.fault({ kind: 'reset' });
    bench.run(2_000);
    let isUp = false;
    bench.nic.start$().subscribe(() => (isUp = true));
    bench.run(20_000);
    assert.ok(isUp);
    assert.equal(bench.nic.baud, bench.emulator.state.baud);
  });

  it('finds a modem that a crashed program has left at the wanted speed', () => {
    const bench = started({
      emulated,
      baud: 921_600,
      before: (emulator, run) => {
        emulator.uart.write(Buffer.from('AT+UART_CUR=921600,8,1,0,0\r\n')).subscribe();
        run(100);
      },
    });
    assertUpWithin(bench, 2_000);
    assertUsable(bench, 921_600);
    assert.ok(!bench.commands().some((said) => said.startsWith('AT+UART_CUR=')));
  });

  it('finds a modem that a crashed program has left at the wanted speed in the middle of a send', () => {
    const bench = started({
      emulated: { ...emulated, hosts: {}, network: answering(() => NEVER) },
      baud: 921_600,
      before: (emulator, run) => {
        const say = (line: string): void => {
          emulator.uart.write(Buffer.from(`${line}\r\n`)).subscribe();
          run(100);
        };
        say('AT+CIPSTART="TCP","127.0.0.1",80');
        say('AT+UART_CUR=921600,8,1,0,0');
        emulator.setHostBaud(921_600);
        say('AT+CIPSEND=2000');
        emulator.setHostBaud(115_200);
      },
    });
    assertUpWithin(bench, 30_000);
    assertUsable(bench, 921_600);
  });

  it.each<readonly [string, Fault]>([
    ['starts again', { kind: 'reset' }],
    ['starts again, and its ready is lost', { kind: 'reset', loseReady: true }],
    ['breaks down', { kind: 'brown-out' }],
  ])('is set up again when the modem %s, and connections are ECONNRESET', (_, fault) => {
    const bench = started({ emulated: { ...emulated, network: answering(() => NEVER) }, baud: 921_600 });
    const { emulator, nic, run } = bench;
    const socket = new Socket(nic, { scheduler: timeOf(emulator) });
    socket.connect$(['127.0.0.1', 80]).subscribe();
    run(500);
    let ended: unknown;
    socket.data$.subscribe({ error: (error: unknown) => (ended = error) });
    emulator.fault(fault);
    run(3_000);
    assert.ok(ended instanceof OSError);
    assert.equal(ended.code, 'ECONNRESET');
    run(10_000);
    assertUsable(bench, 921_600);
  });

  it('is set up again after nic.reset()', () => {
    const bench = started({ emulated, baud: 921_600 });
    let isDone = false;
    bench.nic.reset$().subscribe(() => (isDone = true));
    bench.run(4_000);
    assert.ok(isDone);
    assertUsable(bench, 921_600);
  });

  it('is changed by set_baud while it is in use, both ways, and is kept over a restart', () => {
    const bench = started({ emulated });
    const reached: number[] = [];
    const set = (baud: number): void => {
      bench.nic.set_baud$(baud).subscribe((got) => reached.push(got));
      bench.run(2_000);
    };
    set(921_600);
    assertUsable(bench, 921_600);
    set(57_600);
    assertUsable(bench, 57_600);
    set(57_600);
    bench.emulator.fault({ kind: 'reset' });
    bench.run(10_000);
    assertUsable(bench, 57_600);
    set(115_200);
    assertUsable(bench, 115_200);
    assert.deepStrictEqual(reached, [921_600, 57_600, 57_600, 115_200]);
  });

  it('cannot be changed with open connections: EBUSY, and nothing is sent', () => {
    const bench = started({ emulated: { ...emulated, network: answering(() => NEVER) } });
    const socket = new Socket(bench.nic, { scheduler: timeOf(bench.emulator) });
    socket.connect$(['127.0.0.1', 80]).subscribe();
    bench.run(500);
    const before = bench.commands().length;
    let failure: unknown;
    bench.nic.set_baud$(921_600).subscribe({ error: (error: unknown) => (failure = error) });
    assert.ok(failure instanceof OSError);
    assert.equal(failure.code, 'EBUSY');
    assert.equal(bench.commands().length, before);
    assert.equal(bench.nic.baud, 115_200);
  });
});

describe('the option baud', () => {
  const { uart } = createEmulator();
  const fixed = {
    rx$: uart.rx$,
    readiness$: uart.readiness$,
    write: (bytes: Uint8Array) => uart.write(bytes),
    close: () => uart.close(),
  };
  afterAll(() => {
    uart.close().subscribe();
  });

  it.each([
    [
      'is EOPNOTSUPP, which tells the way out, for a line whose speed cannot be changed',
      { ...fixed, port: 'tcp://host:3000', baudRate: 115_200 },
      921_600,
      'EOPNOTSUPP',
      /tcp:\/\/host:3000 cannot be changed from here; .*rfc2217:\/\//,
    ],
    [
      'is EOPNOTSUPP for a line that does not know its speed',
      { ...fixed, setBaudRate: () => EMPTY },
      921_600,
      'EOPNOTSUPP',
      /this line/,
    ],
    ['is a whole number', uart, 921_600.5, 'EINVAL', /whole number/],
    ['is not negative', uart, -1, 'EINVAL', /from 80 to 5000000/],
    ['is not a text', uart, '921600' as unknown as number, 'EINVAL', /not 921600/],
  ] as const)('%s', (_, line: Uart, baud, code, message) => {
    assert.throws(
      () => new ESP8285(line, { baud }),
      (error) => error instanceof OSError && error.code === code && message.test(error.message),
    );
  });
});
