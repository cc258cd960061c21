import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';

import { virtualModem } from '../../../src/testing';

/** Pushes 20 kB to a host that lowers RTS and raises it again, and returns what the host has received. */
function heldFor(setting: string): number {
  const scheduler = new VirtualTimeScheduler();
  const hosts = { '10.0.0.1:80': () => [Buffer.alloc(20_000, 'x')] };
  const { emulator } = virtualModem({
    scheduler,
    hosts,
    firmware: '1.5',
    stored: { ssid: 'my-ssid', key: 'my-password' },
  });
  const { uart } = emulator;
  let text = '';
  uart.rx$.subscribe((bytes) => (text += String(bytes)));
  const say = (line: string): void => {
    uart.write(Buffer.from(`${line}\r\n`)).subscribe();
    scheduler.flush();
  };
  say('ATE0');
  say(`AT+UART_CUR=115200,8,1,0,${setting}`);
  text = '';
  uart.hold(true);
  say('AT+CIPSTART="TCP","10.0.0.1",80');
  expect(text).toBe('');
  uart.hold(false);
  scheduler.flush();
  return text.split('x').length - 1;
}

describe('the RTS line of the host', () => {
  it.each(['2', '3'])('stops a modem with flow control %s, and nothing is lost', (setting) => {
    expect(heldFor(setting)).toBe(20_000);
  });

  it.each(['0', '1'])('does not stop a modem with flow control %s: what the port cannot keep is lost', (setting) => {
    const heard = heldFor(setting);
    expect(heard).toBeGreaterThan(3_500);
    expect(heard).toBeLessThanOrEqual(4_096);
  });
});
