import { describe, expect, it } from '@jest/globals';

import { createModules, OSError } from '../../src';
import { failureOf } from '../../harness/interfaces/failure';

/** What a program hands on that has forgotten an `await`, as untyped JavaScript does. */
const given = (value: unknown): never => Promise.resolve(value) as never;

describe('a promise where its value is wanted', () => {
  const { network, usocket } = createModules();
  const address = ['127.0.0.1', 9] as const;

  it('is EINVAL, and asks whether an await is missing', async () => {
    await using nic = network.Host();
    await using sock = usocket.socket();
    await using udp = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    await udp.bind(['127.0.0.1', 0]);
    const calls = [
      sock.connect(given(address)),
      sock.bind(given(address)),
      udp.sendto('text', given(address)),
      udp.sendto(given('text'), address),
      udp.recvfrom(given(100)),
      usocket.getaddrinfo('localhost', 80, { nic: given(nic) }),
      network.ESP8285(given({})),
    ];
    for (const failure of await Promise.all(calls.map(failureOf))) {
      expect(failure).toMatchObject({ code: 'EINVAL', message: expect.stringContaining('is an "await" missing?') });
    }
    expect(() => usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, 0, { nic: given(nic) })).toThrow(OSError);
  });

  it('is not asked of what is no promise', async () => {
    await using nic = network.Host();
    await using sock = usocket.socket();
    const failure = await failureOf(sock.connect(5 as unknown as typeof address));
    expect(failure.message).not.toContain('await');
    for (const none of [null, 5, {}, 'host']) {
      expect(() => usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, 0, { nic: none as never })).toThrow(OSError);
    }
    expect(nic.isconnected()).toBe(true);
  });
});
