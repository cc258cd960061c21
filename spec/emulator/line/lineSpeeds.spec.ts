import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';

import { createEmulator, type Emulator, type EmulatorOptions } from '../../../src/emulator';

/** A host on the line of a virtual modem, in virtual time, and what it has read. */
function hostOf(options: EmulatorOptions) {
  const scheduler = new VirtualTimeScheduler();
  const emulator = createEmulator({ latency: 0, interleave: 0, firmware: '2.2.2', scheduler, ...options });
  let unread = '';
  emulator.uart.rx$.subscribe((bytes) => (unread += Buffer.from(bytes).toString('latin1')));
  /** Says a line, and returns what comes. */
  const says = (line: string): string => {
    unread = '';
    emulator.uart.write(Buffer.from(`${line}\r\n`)).subscribe();
    scheduler.flush();
    return unread;
  };
  const setBaudRate = (baudRate: number): void => {
    let isSet = false;
    emulator.uart.setBaudRate(baudRate).subscribe({ complete: () => (isSet = true) });
    scheduler.flush();
    expect(isSet).toBe(true);
  };
  /** Resets the modem, and returns all that comes until it has started. */
  const reset = (): string => {
    unread = '';
    emulator.fault({ kind: 'reset' });
    scheduler.flush();
    return unread;
  };
  return { emulator, scheduler, says, setBaudRate, reset };
}

const ok = '\r\nOK\r\n';
const change = 'AT+UART_CUR=921600,8,1,0,0';

describe.each([0, 115_200])('the speeds of both ends of a line with baud %d', (baud) => {
  it('S9 the OK of a change comes at the old speed, and then each end reads noise until the host follows', () => {
    const host = hostOf({ baud });
    host.emulator.setHostBaud(115_200);
    expect(host.says('ATE0')).toBe(`ATE0\r\n${ok}`);
    expect(host.says(change)).toBe(ok);
    expect(host.emulator.state.baud).toBe(921_600);
    expect(host.says('AT')).not.toContain('OK');
    host.setBaudRate(921_600);
    expect(host.emulator.uart.baudRate).toBe(921_600);
    expect(host.says('')).toContain('ERROR');
    expect(host.says('AT')).toBe(ok);
  });

  it('are the same while the host has never set its own', () => {
    const host = hostOf({ baud });
    expect(host.says('ATE0')).toBe(`ATE0\r\n${ok}`);
    expect(host.says(change)).toBe(ok);
    expect(host.says('AT')).toBe(ok);
    expect(host.emulator.uart.baudRate).toBe(921_600);
    expect(host.reset()).toContain('\r\nready\r\n');
    expect(host.emulator.uart.baudRate).toBe(115_200);
  });

  it('differ after a reset, and the host reads noise, without ready', () => {
    const host = hostOf({ baud });
    host.says('ATE0');
    host.says(change);
    host.setBaudRate(921_600);
    const heard = host.reset();
    expect(heard.length).toBeGreaterThan(0);
    expect(heard).not.toMatch(/ready|ets/);
    host.setBaudRate(115_200);
    expect(host.reset()).toMatch(/^[^]{100,}\r\nready\r\n/);
  });

  it('at 74880 baud, the text of the boot loader can be read, and not what follows', () => {
    const host = hostOf({ baud });
    host.setBaudRate(74_880);
    const heard = host.reset();
    expect(heard).toMatch(/^\r\n ets Jan {2}8 2013,rst cause:2, boot mode:\(3,6\)\r\n[^]*csum 0x92\r\n/);
    expect(heard).not.toContain('ready');
  });

  it('take effect after what was written before', () => {
    const host = hostOf({ baud });
    host.emulator.setHostBaud(115_200);
    host.says('ATE0');
    host.emulator.uart.write(Buffer.from(`${change}\r\n`)).subscribe();
    host.setBaudRate(921_600);
    expect(host.emulator.state.baud).toBe(921_600);
  });

  it.each([0, -1, 1.5, NaN])('are whole numbers: %d is EINVAL', (baudRate) => {
    const host = hostOf({ baud });
    let error: unknown;
    host.emulator.uart.setBaudRate(baudRate).subscribe({ error: (cause: unknown) => (error = cause) });
    expect(error).toMatchObject({ code: 'EINVAL' });
    expect(host.emulator.uart.baudRate).toBe(115_200);
  });

  it('cannot be set on a line that is closed', () => {
    const host = hostOf({ baud });
    host.emulator.close();
    let error: unknown;
    host.emulator.uart.setBaudRate(9_600).subscribe({ error: (cause: unknown) => (error = cause) });
    expect(error).toMatchObject({ code: 'EBADF' });
  });
});

describe('a marginal line', () => {
  const damagedBytes = (emulator: Emulator, say: (line: string) => string): number => {
    emulator.uart.setBaudRate(921_600).subscribe();
    const sent = 'U'.repeat(200);
    const echoes = Array.from({ length: 20 }, () => say(`AT+${sent}`).slice(3, 203));
    return echoes.reduce((sum, echo) => sum + echo.split('').filter((one) => one !== 'U').length, 0);
  };

  it('damages one byte in so many above a speed, from both ends', () => {
    const host = hostOf({});
    host.emulator.fault({ kind: 'marginal', above: 460_800, every: 100 });
    expect(host.says('AT+UUUU')).toBe('AT+UUUU\r\n\r\nERROR\r\n');
    host.says(change);
    // 4000 bytes there and back: 80 on average
    const damaged = damagedBytes(host.emulator, host.says);
    expect(damaged).toBeGreaterThan(40);
    expect(damaged).toBeLessThan(160);
  });

  it('may damage the bytes of one end only', () => {
    const host = hostOf({});
    host.says(change);
    host.setBaudRate(921_600);
    host.emulator.fault({ kind: 'marginal', every: 1, from: 'modem' });
    expect(host.says('ATE0')).not.toMatch(/ATE0|OK/);
    expect(host.emulator.state.echo).toBe(false);
    host.emulator.fault({ kind: 'marginal', above: 921_600, every: 1 });
    expect(host.says('AT')).toBe(ok);
  });
});
