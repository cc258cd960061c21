import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import {
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  map,
  merge,
  NEVER,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';

import { createEmulator, type EmulatorOptions, firmwareVersions } from '../../../src/emulator';
import { ESP8285 } from '../../../src/esp8285';
import { findSpeed, type SpeedSearch } from '../../../src/esp8285/setUp/findSpeed';
import { OSError } from '../../../src/usocket/contract/osError';
import { letPass } from '../../../harness/time/virtualTime';

interface Found {
  readonly baud: number | undefined;
  readonly error: OSError | undefined;
  /** Milliseconds that the search took. */
  readonly took: number;
}

/** Searches on a line in virtual time. The line is made by its parts. */
function search(scheduler: VirtualTimeScheduler, line: Omit<SpeedSearch, 'clock'>): Found {
  let baud: number | undefined;
  let error: OSError | undefined;
  const begun = scheduler.now();
  let took = Infinity;
  findSpeed({ ...line, clock: scheduler }).subscribe({
    next: (found) => {
      baud = found;
      took = scheduler.now() - begun;
    },
    error: (cause: unknown) => {
      assert.ok(cause instanceof OSError);
      error = cause;
      took = scheduler.now() - begun;
    },
  });
  scheduler.maxFrames = begun + 60_000;
  scheduler.flush();
  return { baud, error, took };
}

/** The line of a virtual modem. The host's end has 115200 baud. */
function modemAt(baud: number, options: EmulatorOptions = {}) {
  const scheduler = new VirtualTimeScheduler();
  const emulator = createEmulator({ scheduler, baud, interleave: 0, ...options });
  emulator.setHostBaud(115_200);
  const { uart } = emulator;
  const pause$ = timer(20, scheduler).pipe(ignoreElements());
  const write = (bytes: Uint8Array) => defer(() => uart.write(bytes));
  const line: Omit<SpeedSearch, 'clock'> = {
    received$: uart.rx$,
    current: 115_200,
    change: (wanted) => concat(uart.setBaudRate(wanted), pause$, write(Buffer.from('\r\n')), pause$),
    write,
  };
  return { scheduler, emulator, line };
}

describe.each(firmwareVersions)('the speed of a modem with AT %s', (firmware) => {
  it.each([115_200, 921_600, 9_600, 74_880, 57_600, 230_400, 460_800, 38_400, 19_200, 2_000_000])(
    'is found when it is %d, and the line has it then',
    (speed) => {
      const { scheduler, emulator, line } = modemAt(speed, { firmware });
      const { baud, took } = search(scheduler, line);
      assert.equal(baud, speed);
      assert.equal(emulator.uart.baudRate, speed);
      assert.ok(took < 6_000, String(took));
    },
  );

  it('is found while the modem is starting, also by way of the text of the boot loader', () => {
    for (const at of [0, 300, 1_000, 1_500, 2_000]) {
      const { scheduler, emulator, line } = modemAt(460_800, { firmware });
      scheduler.schedule(() => emulator.fault({ kind: 'reset' }), at);
      const { baud, took } = search(scheduler, line);
      assert.equal(baud, 460_800);
      assert.ok(took < 10_000, String(took));
    }
  });

  it('is found while the modem is busy, or half a command is in its buffer', () => {
    const busy = modemAt(57_600, { firmware });
    busy.emulator.fault({ kind: 'busy' });
    assert.equal(search(busy.scheduler, busy.line).baud, 57_600);
    const half = modemAt(115_200, { firmware });
    half.emulator.uart.write(Buffer.from('AT+CWJ')).subscribe();
    assert.equal(search(half.scheduler, half.line).baud, 115_200);
  });

  it("is found by an interface with baud: 'auto', which then sets the modem up", () => {
    const { scheduler, emulator } = modemAt(9_600, { firmware, stored: { ssid: 'my-ssid', key: 'my-password' } });
    const nic = new ESP8285(emulator.uart, { scheduler, baud: 'auto' });
    let isUp = false;
    nic.start$().subscribe(() => (isUp = true));
    const pass = (milliseconds: number) => letPass(scheduler, milliseconds);
    pass(10_000);
    assert.deepStrictEqual([isUp, nic.baud], [true, 9_600]);
    let reached: number | undefined;
    nic.set_baud$(921_600).subscribe((baud) => (reached = baud));
    pass(3_000);
    assert.equal(reached, 921_600);
    // After a start it has its own speed again.
    emulator.fault({ kind: 'reset' });
    pass(15_000);
    assert.deepStrictEqual([nic.baud, emulator.state.baud], [921_600, 921_600]);
  });

  it("is searched for again by an interface with baud: 'auto' when a start of the modem has changed it", () => {
    const { scheduler, emulator } = modemAt(115_200, { firmware });
    const pass = (milliseconds: number) => letPass(scheduler, milliseconds);
    emulator.uart.write(Buffer.from('AT+UART_CUR=921600,8,1,0,0\r\n')).subscribe();
    pass(100);
    const nic = new ESP8285(emulator.uart, { scheduler, baud: 'auto' });
    nic.start$().subscribe();
    pass(5_000);
    assert.equal(nic.baud, 921_600);
    emulator.fault({ kind: 'reset' });
    pass(30_000);
    let address: unknown;
    nic.ifconfig$().subscribe((config) => (address = config));
    pass(1_000);
    assert.ok(address);
    assert.equal(nic.baud, 115_200);
  });
});

describe('a search for the speed that finds nothing', () => {
  const silent = { received$: NEVER, current: 115_200, change: () => EMPTY, write: () => EMPTY };

  it('is EIO within 15 s for a silent line, and says what was tried', () => {
    const { error, took } = search(new VirtualTimeScheduler(), silent);
    assert.equal(error?.code, 'EIO');
    assert.match(
      error.message,
      /tried 115200 \(nothing\), 921600 \(nothing\), 9600 \(nothing\), .*; check that the port/,
    );
    assert.ok(took <= 15_000, String(took));
  });

  it('is EPROTO for a line that only carries noise', () => {
    const scheduler = new VirtualTimeScheduler();
    const received$ = timer(0, 50, scheduler).pipe(map(() => Uint8Array.of(0xfe, 0x80, 0x0a, 0x4f)));
    const { error } = search(scheduler, { ...silent, received$ });
    assert.equal(error?.code, 'EPROTO');
    assert.match(error.message, /115200 \(noise\)/);
  });

  it('names the text of the boot loader', () => {
    const { scheduler, emulator, line } = modemAt(115_200);
    // A modem that starts again and again, and never answers.
    emulator.fault({ kind: 'silence' });
    let at = 115_200;
    const boots$ = timer(0, 100, scheduler).pipe(
      filter(() => at === 74_880),
      map(() => Buffer.from('\r\n ets Jan  8 2013,rst cause:4, boot mode:(3,6)\r\n')),
    );
    const received$ = merge(line.received$, boots$);
    const change = (baud: number) => {
      at = baud;
      return line.change(baud);
    };
    const { error, took } = search(scheduler, { ...line, received$, change });
    assert.match(error?.message ?? '', /74880 \(the boot loader\)/);
    assert.ok(took <= 15_000, String(took));
  });

  it('leaves out a speed that the line cannot have, and passes the loss of the line on', () => {
    const refusing = (code: 'EINVAL' | 'ENODEV') => (baud: number) =>
      baud === 921_600 ? throwError(() => new OSError(code, 'open', 'no')) : EMPTY;
    const refused = search(new VirtualTimeScheduler(), { ...silent, change: refusing('EINVAL') });
    assert.match(refused.error?.message ?? '', /921600 \(not possible\)/);
    const lost = search(new VirtualTimeScheduler(), { ...silent, change: refusing('ENODEV') });
    assert.equal(lost.error?.code, 'ENODEV');
  });
});
