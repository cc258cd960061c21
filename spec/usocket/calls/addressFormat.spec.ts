import { describe, expect, it } from '@jest/globals';

import type { Address } from '../../../src/usocket';
import { failureOf } from '../../../harness/interfaces/failure';
import { addressOf, interfaces } from '../../../harness/interfaces/interfaces';
import { tcpServer } from '../../../harness/peers/tcpServer';

describe.each(interfaces)('socket address format, over $name', ({ start }) => {
  it('takes what getaddrinfo gives, and the short form', async () => {
    await using net = await start();
    await using server = await tcpServer();
    const [address, port] = addressOf(server);
    const found = await net.usocket.getaddrinfo(address, port);
    const resolved = found[0].at(-1) as Address;
    for (const given of [resolved, [address, port] as const]) {
      await using socket = net.usocket.socket();
      await socket.connect(given);
      expect(socket.remote).toEqual({ address, port });
    }
  });

  it.each([
    ['a name', ['localhost', 80]],
    ['a number with a zone', ['127.0.0.1 ', 80]],
    ['too few parts', ['127.0.1', 80]],
    ['a part above 255', ['127.0.0.256', 80]],
    ['CR and LF', ['127.0.0.1\r\nAT+RST', 80]],
    ['port 0', ['127.0.0.1', 0]],
    ['a port above 65535', ['127.0.0.1', 65_536]],
    ['a negative port', ['127.0.0.1', -1]],
    ['a broken port', ['127.0.0.1', 80.5]],
    ['a port in text', ['127.0.0.1', '80']],
    ['no port', ['127.0.0.1']],
    ['a text alone', '127.0.0.1:80'],
    ['nothing', undefined],
  ])('refuses %s with EINVAL', async (_what, address) => {
    await using net = await start();
    await using socket = net.usocket.socket();
    expect(await failureOf(socket.connect(address as unknown as Address))).toMatchObject({
      code: 'EINVAL',
      errno: 22,
      syscall: 'connect',
    });
  });

  it("binds to all addresses with '', as servers in tutorials do, and cannot connect to it", async () => {
    await using net = await start();
    await using socket = net.usocket.socket();
    await socket.bind(['', 8080]);
    expect(socket.localAddress).toEqual({ address: '0.0.0.0', port: 8080 });
    await using datagrams = net.usocket.socket(net.usocket.AF_INET, net.usocket.SOCK_DGRAM);
    await datagrams.bind(['', 0]);
    expect(datagrams.localAddress?.address).toBe('0.0.0.0');
    await using other = net.usocket.socket();
    expect(await failureOf(other.connect(['', 80]))).toMatchObject({ code: 'EINVAL' });
    expect(await failureOf(other.bind(['', 70_000]))).toMatchObject({ code: 'EINVAL', syscall: 'bind' });
    expect(await failureOf(other.bind([''] as unknown as Address))).toMatchObject({ code: 'EINVAL', syscall: 'bind' });
  });

  it('refuses an IPv6 address with EAFNOSUPPORT', async () => {
    await using net = await start();
    await using socket = net.usocket.socket();
    const address = ['2001:db8::1', 80, 0, 0] as unknown as Address;
    expect(await failureOf(socket.connect(address))).toMatchObject({ code: 'EAFNOSUPPORT', errno: 97 });
  });
});
