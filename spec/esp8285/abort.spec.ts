import { describe, expect, it } from '@jest/globals';

import { createEmulator } from '../../src/emulator';
import { ESP8285 } from '../../src/esp8285';
import { until } from '../../harness/peers/peer';
import { reasonOf } from '../../harness/interfaces/failure';

const firmwares = ['1.5', '1.7.4', '2.2.2'] as const;

describe.each(firmwares)('a call that is aborted, AT %s', (firmware) => {
  const modem = () =>
    createEmulator({ firmware, latency: 0.01, interleave: 0, latencies: { join: [1, 1], address: [1, 1] } });

  it('is forgotten: the next call gets its own answer', async () => {
    await using nic = await ESP8285.start(modem().uart);
    const { signal, abort } = giveUp();
    const calls = [
      nic.mac({ signal }),
      nic.scan({ signal }),
      nic.ifconfig({ signal }),
      nic.enable_ap('board', 'a-good-key', 6, { signal }),
      nic.disable_ap({ signal }),
      nic.connect('my-ssid', 'my-password', { signal }),
      nic.disconnect({ signal }),
      nic.ping('127.0.0.1', { signal }),
      nic.rssi({ signal }),
    ].map(reasonOf);
    abort();
    const reasons = new Set(await Promise.all(calls));
    expect(reasons).toEqual(new Set([signal.reason]));
    expect(await nic.mac()).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    await nic.connect('my-ssid', 'my-password');
    expect(nic.isconnected()).toBe(true);
    expect(await nic.rssi()).toBeLessThan(0);
  });

  it('goes on in the modem if it is a reset or a close', async () => {
    const nic = await ESP8285.start(modem().uart);
    const resetting = giveUp();
    const reset = reasonOf(nic.reset({ signal: resetting.signal }));
    await until(nic.status$, ({ modem: state }) => state === 'starting');
    resetting.abort();
    expect(await reset).toBe(resetting.signal.reason);
    await until(nic.status$, ({ modem: state }) => state === 'up');
    const closing = giveUp();
    const closed = reasonOf(nic.close({ signal: closing.signal }));
    closing.abort();
    expect(await closed).toBe(closing.signal.reason);
    await until(nic.status$, ({ modem: state }) => state === 'closed');
    await nic.close();
  });

  it('leaves the line free for the next start, if it is the start', async () => {
    const { uart } = modem();
    const { signal, abort } = giveUp();
    const start = reasonOf(ESP8285.start(uart, { signal }));
    abort();
    expect(await start).toBe(signal.reason);
    await using nic = await ESP8285.start(uart);
    expect(await nic.version()).not.toBe('unknown');
  });
});

/** A call that is given up: its signal, and what gives it up. */
function giveUp() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error('given up')) };
}
