// Records the conversations in harness/recordings again with the virtual modem. Run it when the driver sends something else
// than before on purpose: npx ts-node scripts/record-conversations.ts
import { writeFileSync } from 'node:fs';
import { VirtualTimeScheduler } from 'rxjs';

import { conversations, key, pathOf, silence, web } from '../harness/recordings/conversations';
import { recordUart, virtualModem } from '../src/testing';

for (const { name, about, modem, act } of conversations) {
  const scheduler = new VirtualTimeScheduler();
  const lines = [`# ${about}\n# Recorded with the virtual modem by scripts/record-conversations.ts.\n`];
  const { emulator, ...stand } = virtualModem({
    scheduler,
    latency: 1,
    interleave: 0.25,
    interface: { receive: 'pulled' },
    hosts: { 'host.example:80': web(scheduler), '192.168.1.9:80': silence },
    line: (uart) => recordUart(uart, { scheduler, sink: (line) => lines.push(line) }),
    ...modem,
  });
  const reset = (): void => {
    emulator.fault({ kind: 'reset' });
  };
  act({ ...stand, reset }, key).subscribe();
  scheduler.flush();
  writeFileSync(pathOf(name), lines.join(''));
}
