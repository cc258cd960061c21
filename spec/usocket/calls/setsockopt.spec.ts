import { describe, expect, it } from '@jest/globals';

import type { OptionValue } from '../../../src/usocket';
import { marbles } from '../../../harness/time/marbles';
import { noise } from '../../../harness/peers/bytes';
import { failureOf } from '../../../harness/interfaces/failure';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import { addressOf, connectedPair, interfaces } from '../../../harness/interfaces/interfaces';
import { code, connected, peer, stage } from '../../../harness/modems/stage';
import { tcpServer } from '../../../harness/peers/tcpServer';

/** A `struct timeval` of 64-bit parts. */
function timeval(seconds: number, microseconds = 0): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64LE(BigInt(seconds));
  bytes.writeBigInt64LE(BigInt(microseconds), 8);
  return bytes;
}

describe.each(interfaces)('setsockopt(), over $name', (tested) => {
  it('limits the time of reads by SO_RCVTIMEO, with EAGAIN as on BSD; settimeout comes first', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, peer: other } = pair;
    const { SOL_SOCKET, SO_RCVTIMEO } = usocket;
    await socket.setsockopt(SOL_SOCKET, SO_RCVTIMEO, timeval(0, 20_000));
    expect(await failureOf(socket.recv(10))).toMatchObject({ code: 'EAGAIN', errno: 11, syscall: 'recv' });
    socket.settimeout(0.01);
    expect(await failureOf(socket.recv(10))).toMatchObject({ code: 'ETIMEDOUT' });
    socket.settimeout(null);
    await socket.setsockopt(SOL_SOCKET, SO_RCVTIMEO, timeval(0));
    other.write('late');
    expect(String(await socket.recv(10))).toBe('late');
  });

  it('takes numbers, truth values and the bytes of a C int', async () => {
    await using net = await tested.start();
    const { usocket } = net;
    const { SOL_SOCKET, SO_KEEPALIVE, SO_REUSEADDR, IPPROTO_TCP, TCP_KEEPIDLE } = usocket;
    await using socket = usocket.socket();
    const accepted: [number, number, OptionValue][] = [
      [SOL_SOCKET, SO_REUSEADDR, 1],
      [SOL_SOCKET, SO_KEEPALIVE, true],
      [SOL_SOCKET, SO_KEEPALIVE, Buffer.from([1, 0, 0, 0])],
      [IPPROTO_TCP, TCP_KEEPIDLE, 60],
    ];
    for (const option of accepted) await expect(socket.setsockopt(...option)).resolves.toBeUndefined();
    await using server = await tcpServer();
    await socket.connect(addressOf(server));
    expect(socket.remote).toEqual(server.endpoint);
  });

  it('changes the receive buffer by SO_RCVBUF', async () => {
    await using pair = await connectedPair(tested);
    const { socket, usocket, peer: other } = pair;
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_RCVBUF, 200_000);
    const bytes = noise(150_000);
    other.write(bytes);
    expect((await socket.read(bytes.length))?.equals(bytes)).toBe(true);
  });

  it.each([
    ['an unknown option', 'ENOPROTOOPT', 1, 4711, 1],
    ['an unknown level', 'ENOPROTOOPT', 4711, 2, 1],
    ['a send buffer of 0', 'EINVAL', 1, 7, 0],
    ['a linger time that is a number', 'EINVAL', 1, 13, 0],
    ['a struct linger of 4 bytes', 'EINVAL', 1, 13, Buffer.from([1, 0, 0, 0])],
    ['a negative linger time', 'EINVAL', 1, 13, Buffer.from([1, 0, 0, 0, 255, 255, 255, 255])],
    ['SO_REUSEADDR off', 'ENOPROTOOPT', 1, 2, 0],
    ['SO_BROADCAST, which is of datagrams', 'ENOPROTOOPT', 1, 6, 1],
    ['IP_ADD_MEMBERSHIP, which is of datagrams', 'ENOPROTOOPT', 0, 35, Buffer.from([239, 1, 2, 3, 0, 0, 0, 0])],
    ['a broken number', 'EINVAL', 1, 9, 0.5],
    ['a text', 'EINVAL', 1, 9, '1' as unknown as number],
    ['nothing', 'EINVAL', 1, 9, null as unknown as number],
    ['an int of 3 bytes', 'EINVAL', 1, 9, Buffer.alloc(3)],
    ['a receive buffer of 0', 'EINVAL', 1, 8, 0],
    ['a time that is a number', 'EINVAL', 1, 20, 5],
    ['a negative time', 'EINVAL', 1, 20, timeval(-1)],
    ['a million microseconds', 'EINVAL', 1, 20, timeval(0, 1_000_000)],
  ] as const)('refuses %s with %s', async (_what, expected, level, option, value) => {
    await using net = await tested.start();
    await using socket = net.usocket.socket();
    const failure = await failureOf(socket.setsockopt(level, option, value));
    expect(failure).toMatchObject({ code: expected, syscall: 'setsockopt' });
  });

  it('fails on a closed socket, and is set on the sockets that accept gives', async () => {
    await using net = await tested.start();
    const { usocket } = net;
    const socket = usocket.socket();
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_KEEPALIVE, 1);
    await socket.bind(['0.0.0.0', 8080]);
    expect(await failureOf(socket.listen())).toMatchObject({ code: 'EINVAL', syscall: 'listen' });
    await socket.close();
    expect(await failureOf(socket.setsockopt(1, 9, 1))).toMatchObject({ code: 'EBADF', syscall: 'setsockopt' });
  });

  it('refuses options of streams on a datagram socket', async () => {
    await using net = await tested.start();
    const { usocket } = net;
    await using socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    for (const [level, option] of [
      [usocket.SOL_SOCKET, usocket.SO_KEEPALIVE],
      [usocket.IPPROTO_TCP, usocket.TCP_NODELAY],
    ] as const) {
      expect(await failureOf(socket.setsockopt(level, option, 1))).toMatchObject({ code: 'ENOPROTOOPT', errno: 92 });
    }
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_RCVTIMEO, timeval(0, 10_000));
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_REUSEADDR, 1);
    await socket.bind(['0.0.0.0', 0]);
    expect(await failureOf(socket.recv(1))).toMatchObject({ code: 'EAGAIN' });
    const late = socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_REUSEADDR, 1);
    expect(await failureOf(late)).toMatchObject({ code: 'EINVAL' });
  });
});

describe.each(interfaces)('multicast groups, over $name', (tested) => {
  it('are joined where the interface can do that, and refused where it cannot', async () => {
    await using net = await tested.start();
    const { usocket } = net;
    const { IPPROTO_IP, IP_ADD_MEMBERSHIP } = usocket;
    const request = Buffer.from([239, 255, 1, 2, 0, 0, 0, 0]);
    await using socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    expect(await failureOf(socket.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, request))).toMatchObject({
      code: 'ENOTCONN',
    });
    await socket.bind(['0.0.0.0', 0]);
    const asked = socket.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, request);
    if (net.emulator) expect(await failureOf(asked)).toMatchObject({ code: 'ENOPROTOOPT' });
    else await asked.catch((error: unknown) => expect(error).toMatchObject({ code: 'ENODEV' }));
    const single = Buffer.from([192, 168, 1, 2, 0, 0, 0, 0]);
    expect(await failureOf(socket.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, single))).toMatchObject({ code: 'EINVAL' });
  });
});

describe('SO_KEEPALIVE and TCP_KEEPIDLE', () => {
  it.each([
    ['AT 1.7.4', nonos174],
    ['ESP-AT 2.2.2', espAt222],
  ])('are told at the start of a connection, with %s', (_, firmware) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware });
      const one = socket();
      one.setsockopt$(1, 9, 1).subscribe();
      const other = socket();
      other.setsockopt$(6, 4, 60).subscribe();
      const third = socket();
      third.setsockopt$(6, 4, 60).subscribe();
      third.setsockopt$(1, 9, 1).subscribe();
      for (const connecting of [one, other, third]) connecting.connect$(peer).subscribe();
      expectObservable(one.setsockopt$(1, 9, 0).pipe(code())).toBe('#', undefined, 'ENOPROTOOPT');
      expectObservable(socket().setsockopt$(6, 4, 7201)).toBe('(a|)', { a: undefined });
      flush();
      expect(modem.heard).toEqual([
        'AT+CIPSTART=4,"TCP","192.168.1.9",80,7200',
        'AT+CIPSTART=3,"TCP","192.168.1.9",80',
        'AT+CIPSTART=2,"TCP","192.168.1.9",80,60',
      ]);
    })();
  });

  it(
    'cannot be longer than the firmware waits',
    marbles(({ expectObservable }, scheduler) => {
      const { socket } = stage(scheduler, { firmware: nonos174 });
      const one = socket();
      one.setsockopt$(6, 4, 7201).subscribe();
      expectObservable(one.setsockopt$(1, 9, 1).pipe(code())).toBe('#', undefined, 'EINVAL');
    }),
  );
});

describe('TCP_NODELAY', () => {
  it(
    'is told by AT+CIPTCPOPT where the firmware has it, at the start and on an open connection',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [[/^AT\+CIPTCPOPT=[34],-1,[01],0$/, '\r\nOK\r\n']] as const;
      const { link4, socket, modem } = connected(scheduler, { firmware: espAt222, script });
      const other = socket();
      other.setsockopt$(6, 1, 1).subscribe();
      expectObservable(link4.setsockopt$(6, 1, 1)).toBe('(a|)', { a: undefined });
      expectObservable(other.connect$(peer)).toBe('(a|)', { a: undefined });
      flush();
      expect(modem.heard).toEqual([
        'AT+CIPTCPOPT=4,-1,1,0',
        'AT+CIPSTART=3,"TCP","192.168.1.9",80',
        'AT+CIPTCPOPT=3,-1,1,0',
      ]);
    }),
  );

  it(
    'fails the connection that was to have it where the firmware refuses, and closes it',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware: espAt222 });
      const one = socket();
      one.setsockopt$(6, 1, 1).subscribe();
      expectObservable(one.connect$(peer).pipe(code())).toBe('#', undefined, 'ENOPROTOOPT');
      flush();
      expect(modem.heard.slice(1)).toEqual(['AT+CIPTCPOPT=4,-1,1,0', 'AT+CIPCLOSE=4']);
    }),
  );

  it(
    'is not in AT 1.x, which says so at once; off is as it is',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, socket, modem } = connected(scheduler, { firmware: nonos174 });
      expectObservable(socket().setsockopt$(6, 1, 1).pipe(code())).toBe('#', undefined, 'ENOPROTOOPT');
      expectObservable(link4.setsockopt$(6, 1, 1).pipe(code())).toBe('  #', undefined, 'ENOPROTOOPT');
      expectObservable(link4.setsockopt$(6, 1, 0)).toBe('               (a|)', { a: undefined });
      flush();
      expect(modem.heard).toEqual([]);
    }),
  );
});
