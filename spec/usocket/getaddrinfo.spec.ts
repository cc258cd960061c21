import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, tap } from 'rxjs';

import { HostNic } from '../../src/host';
import { createSocketModule, Interfaces } from '../../src/usocket';
import { failureOf } from '../../harness/interfaces/failure';
import { interfaces, type RunningInterface } from '../../harness/interfaces/interfaces';

const [AF_INET, AF_INET6, SOCK_STREAM, SOCK_DGRAM, IPPROTO_TCP, IPPROTO_UDP] = [2, 10, 1, 2, 6, 17];
const tcp = [AF_INET, SOCK_STREAM, IPPROTO_TCP, '', ['127.0.0.1', 80]];
const udp = [AF_INET, SOCK_DGRAM, IPPROTO_UDP, '', ['127.0.0.1', 80]];

/** Counts the lines that are sent to the modem. Always 0 where there is no modem. */
function listenTo({ emulator }: RunningInterface) {
  const said = { lines: 0 };
  if (!emulator) return said;
  const write = emulator.uart.write.bind(emulator.uart);
  emulator.uart.write = (bytes) => {
    said.lines++;
    return write(bytes);
  };
  return said;
}

describe.each(interfaces)('getaddrinfo(), over $name', ({ start }) => {
  it('gives 5-tuples for a name, stream sockets first', async () => {
    await using net = await start();
    expect(await net.usocket.getaddrinfo('localhost', 80)).toEqual([tcp, udp]);
  });

  it('translates a numeric host without asking anybody', async () => {
    await using net = await start();
    const said = listenTo(net);
    expect(await net.usocket.getaddrinfo('127.0.0.1', 80)).toEqual([tcp, udp]);
    expect(said.lines).toBe(0);
  });

  it.each([
    ['af', [AF_INET, 0, 0], [tcp, udp]],
    ['the stream type', [0, SOCK_STREAM, 0], [tcp]],
    ['the datagram type', [0, SOCK_DGRAM, 0], [udp]],
    ['proto', [0, 0, IPPROTO_UDP], [udp]],
    ['all of them', [AF_INET, SOCK_STREAM, IPPROTO_TCP], [tcp]],
  ])('filters by %s', async (_what, [af, type, proto], expected) => {
    await using net = await start();
    expect(await net.usocket.getaddrinfo('localhost', 80, af, type, proto)).toEqual(expected);
  });

  it.each([
    ['IPv6', 'EAI_FAMILY', ['localhost', 80, AF_INET6]],
    ['an IPv6 host', 'EAI_FAMILY', ['::1', 80]],
    ['an unknown type', 'EAI_SOCKTYPE', ['localhost', 80, 0, 3]],
    ['a type and a protocol that do not match', 'EAI_SOCKTYPE', ['localhost', 80, 0, SOCK_STREAM, IPPROTO_UDP]],
    ['flags', 'EAI_BADFLAGS', ['localhost', 80, 0, 0, 0, 1]],
    ['a name that nobody has', 'EAI_NONAME', ['nobody.test', 80]],
  ] as const)('fails for %s with a negative errno', async (_what, code, given) => {
    await using net = await start();
    const error = await failureOf(net.usocket.getaddrinfo(...(given as unknown as [string, number])));
    expect(error).toMatchObject({ code, syscall: 'getaddrinfo' });
    expect(error.errno).toBeLessThan(0);
    expect(error.args).toEqual([error.errno]);
  });

  it('names the host that was not found', async () => {
    await using net = await start();
    expect((await failureOf(net.usocket.getaddrinfo('nobody.test', 80))).message).toContain('nobody.test');
  });

  it.each([
    ['a port above 65535', 'localhost', 65_536],
    ['a negative port', 'localhost', -1],
    ['a broken port', 'localhost', 1.5],
    ['no port', 'localhost', NaN],
    ['no host', '', 80],
    ['CR and LF in a host', 'localhost\r\nAT+RST', 80],
    ['NUL in a host', 'localhost\0', 80],
    ['a blank in a host', 'local host', 80],
    ['an escape sequence in a host', 'localhost\u001b[2J', 80],
  ])('refuses %s with EINVAL, and asks nobody', async (_what, host, port) => {
    await using net = await start();
    const said = listenTo(net);
    expect(await failureOf(net.usocket.getaddrinfo(host, port))).toMatchObject({ code: 'EINVAL', errno: 22 });
    expect(said.lines).toBe(0);
  });

  it('takes port 0 and port 65535', async () => {
    await using net = await start();
    for (const port of [0, 65_535]) {
      const [first] = await net.usocket.getaddrinfo('localhost', port, 0, SOCK_STREAM);
      expect(first).toEqual([AF_INET, SOCK_STREAM, IPPROTO_TCP, '', ['127.0.0.1', port]]);
    }
  });

  it('asks when it is subscribed to, and once more for each subscription', async () => {
    await using net = await start();
    const said = listenTo(net);
    const found$ = net.usocket.getaddrinfo$('localhost', 80, 0, SOCK_STREAM);
    expect(said.lines).toBe(0);
    expect(await firstValueFrom(found$)).toEqual([tcp]);
    expect(await firstValueFrom(found$)).toEqual([tcp]);
    expect(said.lines).toBe(net.emulator ? 2 : 0);
  });

  it('goes on after a look-up that was given up', async () => {
    await using net = await start();
    const given = { up: 0 };
    net.usocket
      .getaddrinfo$('localhost', 80)
      .pipe(tap(() => given.up++))
      .subscribe()
      .unsubscribe();
    expect(await net.usocket.getaddrinfo('localhost', 80, 0, SOCK_STREAM)).toEqual([tcp]);
    expect(given.up).toBe(0);
  });
});

describe('getaddrinfo()', () => {
  const registered = new Interfaces();
  const answer = (...addresses: string[]) =>
    new HostNic({
      lookup: (_host, _options, done) => {
        const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        done(null, found);
      },
    });

  it('gives every IPv4 address of a name, the best first, and leaves IPv6 out', async () => {
    const nic = answer('192.0.2.1', '2001:db8::1', '192.0.2.2');
    registered.add(nic);
    const usocket = createSocketModule(registered);
    const found = await usocket.getaddrinfo('several.test', 80, 0, SOCK_STREAM);
    expect(found.map(([, , , , address]) => address)).toEqual([
      ['192.0.2.1', 80],
      ['192.0.2.2', 80],
    ]);
    registered.remove(nic);
  });

  it('fails for a name that has IPv6 addresses only', async () => {
    const nic = answer('2001:db8::1');
    registered.add(nic);
    const usocket = createSocketModule(registered);
    expect(await failureOf(usocket.getaddrinfo('six.test', 80))).toMatchObject({ code: 'EAI_NONAME', errno: -2 });
    registered.remove(nic);
  });

  it('fails without an interface with ENODEV, and says how to make one', async () => {
    const usocket = createSocketModule(new Interfaces());
    const error = await failureOf(usocket.getaddrinfo('localhost', 80));
    expect(error).toMatchObject({ code: 'ENODEV', syscall: 'getaddrinfo' });
    expect(error.message).toContain('network.ESP8285');
  });
});
