import { describe, expect, it } from '@jest/globals';
import { Subject, VirtualTimeScheduler } from 'rxjs';

import { createEmulator, type Emulator, type EmulatorOptions } from '../../../src/emulator';
import { answering } from '../../../harness/modems/answeringNetwork';

const silent = { latency: 0, interleave: 0, stored: { ssid: 'my-ssid', key: 'my-password' } } as const;

interface Stage {
  readonly scheduler: VirtualTimeScheduler;
  readonly emulator: Emulator;
  readonly heard: { at: number; text: string }[];
}

function stage(options: EmulatorOptions): Stage {
  const scheduler = new VirtualTimeScheduler();
  const emulator = createEmulator({ ...silent, scheduler, ...options });
  const heard: { at: number; text: string }[] = [];
  emulator.uart.rx$.subscribe((chunk) => {
    heard.push({ at: scheduler.now(), text: Buffer.from(chunk).toString('latin1') });
  });
  return { scheduler, emulator, heard };
}

function textOf({ heard }: Stage): string {
  return heard.map(({ text }) => text).join('');
}

function type({ emulator }: Stage, text: string): void {
  emulator.uart.write(Buffer.from(text, 'latin1')).subscribe();
}

describe('the virtual modem in virtual time', () => {
  it('takes a byte time for each byte, in both directions', () => {
    const line = stage({ baud: 9600, firmware: '2.2.2' });
    type(line, 'AT\r\n');
    line.scheduler.flush();
    expect(textOf(line)).toBe('AT\r\n\r\nOK\r\n');
    // Four bytes in, ten bytes out, 960 a second.
    const end = line.heard.at(-1)?.at ?? 0;
    expect(end).toBeGreaterThanOrEqual((14 / 960) * 1000);
    expect(end).toBeLessThan((14 / 960) * 1000 + 3);
  });

  it.each([115_200, 921_600])('keeps the line rate at %d baud', (baud) => {
    const data$ = new Subject<Buffer>();
    const line = stage({ baud, firmware: '1.5', network: answering(() => data$) });
    type(line, 'ATE0\r\nAT+CIPSTART="TCP","127.0.0.1",80\r\n');
    line.scheduler.flush();
    const from = line.scheduler.now();
    line.heard.length = 0;
    data$.next(Buffer.alloc(100_000, 'x'));
    line.scheduler.flush();
    const bytes = textOf(line).length;
    const seconds = (line.scheduler.now() - from) / 1000;
    expect(bytes).toBe(100_000 + 69 * '\r\n+IPD,1460:'.length - 1);
    expect(bytes / seconds).toBeGreaterThan((baud / 10) * 0.99);
    expect(bytes / seconds).toBeLessThanOrEqual((baud / 10) * 1.001);
  });

  it('holds a writer back until the line has room', () => {
    const line = stage({ baud: 115_200 });
    let settled = -1;
    line.emulator.uart.write(Buffer.alloc(11_520 + 512, 'x')).subscribe({
      complete: () => (settled = line.scheduler.now()),
    });
    const writable: boolean[] = [];
    line.emulator.uart.readiness$.subscribe((state) => writable.push(state.writable));
    line.scheduler.flush();
    expect(settled).toBeGreaterThanOrEqual(1000);
    expect(settled).toBeLessThan(1005);
    expect(writable).toEqual([false, true]);
  });

  it('changes speed between the OK and what follows', () => {
    const line = stage({ baud: 9600, firmware: '1.7.4' });
    type(line, 'ATE0\r\nAT+UART_CUR=921600,8,1,0,0\r\n');
    line.scheduler.flush();
    const before = line.scheduler.now();
    // 38 bytes in, 8 of echo and 12 of results out: all at the old speed.
    expect(before).toBeGreaterThan(40);
    type(line, `${'x'.repeat(92_160 - 2)}\r\n`);
    line.scheduler.flush();
    expect(line.scheduler.now() - before).toBeGreaterThanOrEqual(1000);
    expect(line.scheduler.now() - before).toBeLessThan(1010);
  });

  it('takes realistic times, the same from the same seed', () => {
    const join = (seed: number): number => {
      const line = stage({ latency: 1, seed, stored: { ssid: 'nowhere' }, firmware: '2.2.2' });
      type(line, 'AT+CWMODE=1\r\n');
      line.scheduler.flush();
      type(line, 'AT+CWJAP="my-ssid","my-password"\r\n');
      line.scheduler.flush();
      expect(textOf(line)).toContain('WIFI GOT IP\r\n\r\nOK\r\n');
      return line.scheduler.now();
    };
    const one = join(1);
    expect(join(1)).toBe(one);
    expect(join(2)).not.toBe(one);
    expect(one).toBeGreaterThan(2000);
    expect(one).toBeLessThan(6100);
  });

  it('waits twenty seconds for an unreachable host', () => {
    const line = stage({ firmware: '1.7.4' });
    type(line, 'AT+CIPSTART="TCP","192.0.2.1",80\r\n');
    line.scheduler.flush();
    expect(line.scheduler.now()).toBe(20_000);
    expect(textOf(line)).toContain('\r\nERROR\r\nCLOSED\r\n');
  });

  it('S52 announces more on a TLS link than can be read', () => {
    const data$ = new Subject<Buffer>();
    const line = stage({ firmware: '2.2.2', network: answering(() => data$) });
    type(line, 'ATE0\r\nAT+CIPRECVMODE=1\r\nAT+CIPSTART="SSL","127.0.0.1",443\r\n');
    line.scheduler.flush();
    line.heard.length = 0;
    data$.next(Buffer.alloc(1424, 'd'));
    line.scheduler.flush();
    expect(textOf(line)).toBe('\r\n+IPD,1453\r\n');
    line.heard.length = 0;
    type(line, 'AT+CIPRECVDATA=2048\r\nAT+CIPRECVDATA=2048\r\n');
    line.scheduler.flush();
    expect(textOf(line)).toBe(`+CIPRECVDATA:1424,${'d'.repeat(1424)}\r\nOK\r\n\r\nERROR\r\n`);
  });

  it.each(['1.7.4', '2.2.2'] as const)('S66 opens one TLS link at a time; NonOS %s pushes what comes', (firmware) => {
    const data$ = new Subject<Buffer>();
    const line = stage({ firmware, network: answering(() => data$) });
    const nonos = firmware === '1.7.4';
    type(line, 'ATE0\r\nAT+CIPMUX=1\r\nAT+CIPRECVMODE=1\r\nAT+CIPSTART=0,"SSL","127.0.0.1",443\r\n');
    line.scheduler.flush();
    line.heard.length = 0;
    type(line, 'AT+CIPSTART=1,"SSL","127.0.0.1",443\r\n');
    line.scheduler.flush();
    expect(textOf(line)).toBe(nonos ? 'ssl reach max\r\n\r\nERROR\r\n' : '\r\nERROR\r\n');
    line.heard.length = 0;
    data$.next(Buffer.from('hello'));
    line.scheduler.flush();
    expect(textOf(line)).toBe(nonos ? '\r\n+IPD,0,5:hello' : '\r\n+IPD,0,34\r\n');
  });

  it('leaves no timer behind when it is closed', () => {
    const line = stage({ latency: 1, baud: 9600, powerOn: true, faults: [{ kind: 'reset', at: 60_000 }] });
    type(line, 'AT\r\n');
    line.emulator.close();
    line.scheduler.flush();
    expect(line.heard).toEqual([]);
    expect(line.scheduler.now()).toBe(0);
  });
});
