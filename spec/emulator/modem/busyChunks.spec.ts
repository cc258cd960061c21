import { describe, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';

import type { EmulatorOptions } from '../../../src/emulator';
import type { TestHost } from '../support/host';
import { modemsAndPeers } from '../support/modemsAndPeers';
import { letPass } from '../../../harness/time/virtualTime';

const busy = '\r\nbusy p...\r\n';
const { modems } = modemsAndPeers();

/** ESP-AT that is busy with a name for a second. */
function busyHost(options: EmulatorOptions): { host: TestHost; scheduler: VirtualTimeScheduler } {
  const scheduler = new VirtualTimeScheduler();
  const latencies = { command: [1, 1], resolve: [1000, 1000] } as const;
  const given = { firmware: '2.2.2', latency: 1, latencies, scheduler, ...options } as const;
  const host = modems.host({ ...given, hosts: { 'a.example': '127.0.0.1' } });
  host.type('ATE0\r\n');
  letPass(scheduler, 50);
  host.type('AT+CIPDOMAIN="a.example"\r\n');
  letPass(scheduler, 50);
  host.unread = '';
  return { host, scheduler };
}

describe('ESP-AT that runs a command', () => {
  it('E6 calls each chunk busy, and drops it, whether or not it is a line', async () => {
    const { host, scheduler } = busyHost({});
    host.type('AT+CI');
    await host.reads(busy);
    host.type('PMUX?\r\n');
    await host.reads(busy);
    letPass(scheduler, 1000);
    await host.reads('+CIPDOMAIN:"198.18.0.1"\r\n\r\nOK\r\n');
  });

  it('calls a line busy once that comes without a pause', async () => {
    const { host, scheduler } = busyHost({ baud: 9600 });
    host.type('AT+CIPSTART=0,"TCP","192.168.1.9",80\r\n');
    letPass(scheduler, 100);
    await host.reads(busy);
    letPass(scheduler, 2000);
    await host.reads('+CIPDOMAIN:"198.18.0.1"\r\n\r\nOK\r\n');
  });

  it('calls a line busy twice that is longer than its UART collects', async () => {
    const { host, scheduler } = busyHost({ baud: 115_200 });
    host.type(`AT+CIPDOMAIN="${'a'.repeat(120)}"\r\n`);
    letPass(scheduler, 100);
    await host.reads(busy + busy);
    letPass(scheduler, 1000);
    await host.reads('+CIPDOMAIN:"198.18.0.1"\r\n\r\nOK\r\n');
  });

  it('takes the rest of a line for a line, if it comes after the result', async () => {
    const { host, scheduler } = busyHost({});
    host.type('AT+CI');
    await host.reads(busy);
    letPass(scheduler, 1000);
    await host.reads('+CIPDOMAIN:"198.18.0.1"\r\n\r\nOK\r\n');
    host.type('PMUX?\r\n');
    letPass(scheduler, 10);
    await host.reads('\r\nERROR\r\n');
  });

  it('S60 restarts when it is told to', async () => {
    const { host, scheduler } = busyHost({});
    host.type('AT+RST\r\n');
    await host.reads('\r\nWill force to restart!!!\r\n\r\nOK\r\n');
    letPass(scheduler, 3000);
    await host.readsUntil(/\r\nready\r\n$/);
  });
});
