import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { EMPTY, from, NEVER, type Observable, throwError } from 'rxjs';

import { type Fault, firmwareVersions } from '../../../src/emulator';
import type { Uart } from '../../../src/streams';
import { Socket } from '../../../src/usocket';
import { OSError } from '../../../src/usocket/contract/osError';
import { answering } from '../../../harness/modems/answeringNetwork';
import { atChange, once, replacing, started, type Started, timeOf } from '../../../harness/modems/started';

describe.each(firmwareVersions)('a faster line, AT %s', (firmware) => {
  const emulated = { firmware };
  const flow = firmware === '2.2.2' ? 1 : 0;
  /** Both ends have this speed, the echo is off, and the modem answers. */
  const assertUsable = ({ emulator, nic, run }: Started, baud: number): void => {
    assert.deepStrictEqual([nic.baud, emulator.state.baud, emulator.uart.baudRate], [baud, baud, baud]);
    assert.equal(emulator.state.echo, false);
    let address: string | undefined;
    nic.ifconfig$().subscribe(([ip]) => (address = ip));
    run(1_000);
    assert.match(address ?? '', /^\d+\.\d+\.\d+\.\d+$/);
  };
  const assertUpWithin = ({ up, failure }: Started, milliseconds: number): void => {
    assert.ok((up() ?? Infinity) < milliseconds, `up after ${up()} ms: ${String(failure())}`);
  };

  it('S9 has the wanted speed at the end of the set-up, and carries what is said', () => {
    const modem = started({ emulated, baud: 921_600 });
    assertUpWithin(modem, 1_000);
    assertUsable(modem, 921_600);
    const { commands, notes } = modem;
    const changes = commands().filter((said) => said.startsWith('AT+UART'));
    assert.deepStrictEqual(changes, ['AT+UART_CUR?', `AT+UART_CUR=921600,8,1,0,${flow}`]);
    // The port is tried first.
    const speeds = [921_600, 115_200, 921_600].map((baud) => `the line has ${baud} baud`);
    assert.deepStrictEqual(notes(), speeds);
    assert.match(inspect(modem.nic), / baud=921600 /);
  });

  it('is the same line, and nothing is asked, when it has that speed already, or none is wanted', () => {
    for (const baud of [115_200, undefined]) {
      const modem = started({ emulated, ...(baud && { baud }) });
      assertUpWithin(modem, 1_000);
      assertUsable(modem, 115_200);
      assert.ok(!modem.commands().some((said) => said.includes('UART')));
    }
  });

  it('keeps the flow control that the set-up has turned on', () => {
    const modem = started({ emulated, baud: 921_600, flowControl: true, line: (uart) => uart });
    assertUsable(modem, 921_600);
    const changes = modem.commands().filter((said) => said.startsWith('AT+UART_CUR='));
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
    const modem = started({ emulated, baud: 921_600, ...once(fault) });
    assertUpWithin(modem, 4_000);
    assertUsable(modem, 921_600);
  });

  it('is up with the wanted speed when the modem starts again at any moment of the change', () => {
    for (let at = 0; at < 700; at += 31) {
      const { before, line } = atChange((emulator, changes) => {
        if (changes === 1) timeOf(emulator).schedule(() => emulator.fault({ kind: 'reset' }), at);
      });
      const modem = started({ emulated, baud: 921_600, before, line });
      assertUpWithin(modem, 10_000);
      assertUsable(modem, 921_600);
    }
  });

  it('is up with a slower one when the modem falls silent for 5 s', () => {
    const modem = started({ emulated, baud: 921_600, ...once({ kind: 'silence', for: 5_000 }) });
    assertUpWithin(modem, 10_000);
    assertUsable(modem, 460_800);
  });

  it('has the next slower one when the modem refuses, and says so', () => {
    // Faster than any firmware accepts
    const modem = started({ emulated, baud: 4_700_000 });
    assertUpWithin(modem, 2_000);
    assertUsable(modem, 3_000_000);
    assert.ok(modem.notes().includes('the line cannot have 4700000 baud: the modem refuses it'));
  });

  it('is not told to the modem when the port cannot have it', () => {
    const modem = started({
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
    assertUpWithin(modem, 2_000);
    assertUsable(modem, 230_400);
    assert.ok(modem.notes().includes('the line cannot have 921600 baud: too fast'));
    assert.deepStrictEqual(
      modem.commands().filter((said) => said.startsWith('AT+UART_CUR=')),
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
    const modem = started({ emulated, baud: 921_600, before: (emulator) => emulator.fault(fault) });
    assertUpWithin(modem, 10_000);
    assertUsable(modem, expected);
    assert.match(modem.notes().join('\n'), /the line cannot have 921600 baud: it damages what is said/);
  });

  it('is up within 11 s on a line that damages one byte in 10', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const modem = started({
        emulated: { firmware, seed },
        baud: 921_600,
        before: (emulator) => emulator.fault({ kind: 'marginal', every: 10 }),
      });
      assertUpWithin(modem, 11_000);
      assertUsable(modem, 115_200);
    }
  });

  describe('that damages what is said, and the modem has heard another speed instead of its old one', () => {
    const misheard = (setBaudRate?: (uart: Uart, baud: number) => Observable<unknown>): Started => {
      let changes = 0;
      return started({
        emulated,
        baud: 921_600,
        before: (emulator) => emulator.fault({ kind: 'marginal', above: 460_800, every: 500 }),
        line: (uart) =>
          replacing(uart, {
            write: (bytes) => {
              const text = String(bytes);
              if (!text.startsWith('AT+UART_CUR=') || ++changes !== 2) return uart.write(bytes);
              return uart.write(Buffer.from(text.replace('115200', '315200')));
            },
            ...(setBaudRate && { setBaudRate: (baud: number) => setBaudRate(uart, baud) }),
          }),
      });
    };

    it('finds the modem by its echo, and restarts it', () => {
      const modem = misheard();
      assertUpWithin(modem, 5_000);
      assertUsable(modem, 460_800);
      const speeds = modem.notes().filter((note) => note.startsWith('the line has'));
      assert.ok(speeds.includes('the line has 315200 baud'), speeds.join('\n'));
    });

    it('says what to do when the port cannot have that speed', () => {
      const modem = misheard((uart, baud) =>
        baud === 315_200
          ? throwError(() => new OSError('EINVAL', 'open', 'no such speed'))
          : from(uart.setBaudRate?.(baud) ?? EMPTY),
      );
      assert.match(String(modem.failure()), /the modem has 921600 baud now, .*switch it off and on/);
    });
  });

  it('does not try what the line cannot carry again, until the program wants it', () => {
    const modem = started({
      emulated,
      baud: 921_600,
      before: (emulator) => emulator.fault({ kind: 'marginal', above: 300_000, every: 500 }),
    });
    assertUsable(modem, 230_400);
    const before = modem.notes().length;
    modem.emulator.fault({ kind: 'reset' });
    modem.run(10_000);
    assertUsable(modem, 230_400);
    assert.ok(
      !modem
        .notes()
        .slice(before)
        .some((note) => note.includes('921600')),
    );
    modem.emulator.fault({ kind: 'marginal', above: 921_600 });
    let reached: number | undefined;
    modem.nic.set_baud$(921_600).subscribe((baud) => (reached = baud));
    modem.run(2_000);
    assert.equal(reached, 921_600);
    assertUsable(modem, 921_600);
  });

  it('that carries nothing is EIO, which says what to do, or a restart of the modem has helped', () => {
    const modem = started({
      emulated,
      baud: 921_600,
      before: (emulator) => emulator.fault({ kind: 'marginal', every: 1 }),
    });
    assert.equal(modem.up(), undefined);
    assert.ok(modem.failure() instanceof OSError);
    assert.match(String(modem.failure()), /the modem has 921600 baud now, .*switch it off and on/);
    modem.emulator.fault({ kind: 'reset' });
    modem.run(2_000);
    let isUp = false;
    modem.nic.start$().subscribe(() => (isUp = true));
    modem.run(20_000);
    assert.ok(isUp);
    assert.equal(modem.nic.baud, modem.emulator.state.baud);
  });

  it('finds a modem that a crashed program has left at the wanted speed', () => {
    const modem = started({
      emulated,
      baud: 921_600,
      before: (emulator, run) => {
        emulator.uart.write(Buffer.from('AT+UART_CUR=921600,8,1,0,0\r\n')).subscribe();
        run(100);
      },
    });
    assertUpWithin(modem, 2_000);
    assertUsable(modem, 921_600);
    assert.ok(!modem.commands().some((said) => said.startsWith('AT+UART_CUR=')));
  });

  it('finds a modem that a crashed program has left at the wanted speed in the middle of a send', () => {
    const modem = started({
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
    assertUpWithin(modem, 30_000);
    assertUsable(modem, 921_600);
  });

  it.each<readonly [string, Fault]>([
    ['starts again', { kind: 'reset' }],
    ['starts again, and its ready is lost', { kind: 'reset', loseReady: true }],
    ['breaks down', { kind: 'brown-out' }],
  ])('is set up again when the modem %s, and connections are ECONNRESET', (_, fault) => {
    const modem = started({ emulated: { ...emulated, network: answering(() => NEVER) }, baud: 921_600 });
    const { emulator, nic, run } = modem;
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
    assertUsable(modem, 921_600);
  });

  it('is set up again after nic.reset()', () => {
    const modem = started({ emulated, baud: 921_600 });
    let isDone = false;
    modem.nic.reset$().subscribe(() => (isDone = true));
    modem.run(4_000);
    assert.ok(isDone);
    assertUsable(modem, 921_600);
  });

  it('is changed by set_baud while it is in use, both ways, and is kept over a restart', () => {
    const modem = started({ emulated });
    const reached: number[] = [];
    const set = (baud: number): void => {
      modem.nic.set_baud$(baud).subscribe((got) => reached.push(got));
      modem.run(2_000);
    };
    set(921_600);
    assertUsable(modem, 921_600);
    set(57_600);
    assertUsable(modem, 57_600);
    set(57_600);
    modem.emulator.fault({ kind: 'reset' });
    modem.run(10_000);
    assertUsable(modem, 57_600);
    set(115_200);
    assertUsable(modem, 115_200);
    assert.deepStrictEqual(reached, [921_600, 57_600, 57_600, 115_200]);
  });

  it('cannot be changed with open connections: EBUSY, and nothing is sent', () => {
    const modem = started({ emulated: { ...emulated, network: answering(() => NEVER) } });
    const socket = new Socket(modem.nic, { scheduler: timeOf(modem.emulator) });
    socket.connect$(['127.0.0.1', 80]).subscribe();
    modem.run(500);
    const before = modem.commands().length;
    let failure: unknown;
    modem.nic.set_baud$(921_600).subscribe({ error: (error: unknown) => (failure = error) });
    assert.ok(failure instanceof OSError);
    assert.equal(failure.code, 'EBUSY');
    assert.equal(modem.commands().length, before);
    assert.equal(modem.nic.baud, 115_200);
  });
});
