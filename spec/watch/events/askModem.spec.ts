import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';

import { virtualModem } from '../../../src/testing';
import { askModem } from '../../../src/watch';

describe('what the modem is asked for', () => {
  it('is its address once, and the strength of its signal each time', () => {
    const scheduler = new VirtualTimeScheduler();
    const { nic, online$ } = virtualModem({ scheduler });
    online$.subscribe();
    scheduler.flush();
    expect(nic.details.address).toBeUndefined();
    const commands: string[] = [];
    nic.trace$.subscribe(({ kind, text }) => {
      if (kind === 'command') commands.push(text);
    });
    askModem(nic).subscribe();
    scheduler.flush();
    expect(nic.details.address).toBe('192.168.1.50');
    const first = commands.splice(0);
    expect(first.at(-1)).toMatch(/^AT\+CWJAP/);
    askModem(nic).subscribe();
    scheduler.flush();
    expect(commands).toEqual(first.slice(-1));
  });
});
