import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import debug from 'debug';
import { format } from 'node:util';

import { machine, network } from '../../src';

describe('DEBUG', () => {
  const { log } = debug;
  let printed: string[];

  beforeEach(() => {
    printed = [];
    debug.log = (...args: unknown[]) => printed.push(format(...args));
  });

  afterEach(() => {
    debug.disable();
    debug.log = log;
  });

  const join = async (): Promise<void> => {
    const uart = new machine.UART('emulator:', 921_600, { emulator: { latency: 0 } });
    await using nic = await network.ESP8285(uart);
    await nic.connect('my-ssid', 'my-password');
  };

  it.each(['rx-usocket*', 'other,rx-usocket:esp8285', '*,-other'])(
    '=%s prints what goes over the line',
    async (names) => {
      debug.enable(names);
      await join();
      const lines = printed.filter((line) => line.includes('rx-usocket:esp8285'));
      expect(lines[0]).toMatch(/ > command: AT/);
      expect(lines.join('\n')).toMatch(/ > command: AT\+CWJAP_CUR="my-ssid","…"[^]* < wifi: WIFI GOT IP/);
      expect(lines.join('\n')).not.toContain('my-password');
    },
  );

  it.each(['', 'other', '*,-rx-usocket*'])('=%s prints nothing', async (names) => {
    debug.enable(names);
    await join();
    expect(printed.filter((line) => line.includes('rx-usocket'))).toEqual([]);
  });
});
