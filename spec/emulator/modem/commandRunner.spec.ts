import { describe, expect, it } from '@jest/globals';
import { NEVER, VirtualTimeScheduler } from 'rxjs';

import { createEmulator, firmwareVersions } from '../../../src/emulator';
import { answering } from '../../../harness/modems/answeringNetwork';
import { letPass } from '../../../harness/time/virtualTime';

describe.each(firmwareVersions)('a host that gives its next command inside the result of a send, AT %s', (firmware) => {
  it('is told that the modem is busy as long as that command runs', () => {
    const scheduler = new VirtualTimeScheduler();
    const emulator = createEmulator({
      firmware,
      latency: 1,
      interleave: 0,
      baud: 0,
      stored: { ssid: 'my-ssid', key: 'my-password' },
      network: answering(() => NEVER),
      scheduler,
    });
    const type = (text: string) => {
      emulator.uart.write(Buffer.from(text)).subscribe();
    };
    let said = '';
    emulator.uart.rx$.subscribe((bytes) => {
      said += Buffer.from(bytes).toString();
      if (!said.endsWith('SEND OK\r\n')) return;
      said = '';
      type('AT+CWLAP\r\n');
    });
    type('ATE0\r\n');
    scheduler.flush();
    type('AT+CIPSTART="TCP","127.0.0.1",80\r\n');
    scheduler.flush();
    type('AT+CIPSEND=2\r\n');
    scheduler.flush();
    type('hi');
    letPass(scheduler, 500);
    said = '';
    type('AT\r\n');
    expect(said).toBe('\r\nbusy p...\r\n');
  });
});
