import { describe, expect, it } from '@jest/globals';

import type { Address } from '../../../src/usocket';
import { failureOf } from '../../../harness/interfaces/failure';
import { interfaces } from '../../../harness/interfaces/interfaces';
import { Correspondence } from './correspondence';

const nowhere: Address = ['127.0.0.1', 9];

describe.each(interfaces)('a datagram socket, over $name, refuses', (tested) => {
  it('wrong arguments, and calls that cannot be done yet', async () => {
    await using it = await Correspondence.over(tested);
    const { usocket } = it.net;
    await using fresh = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    expect(await failureOf(fresh.recvfrom(10))).toMatchObject({ code: 'ENOTCONN' });
    fresh.settimeout(0.01);
    expect(await failureOf(fresh.recvfrom(10))).toMatchObject({ code: 'ETIMEDOUT' });
    fresh.setblocking(false);
    expect(await failureOf(fresh.recvfrom(10))).toMatchObject({ code: 'EAGAIN', errno: 11 });
    expect(await failureOf(fresh.recv(10))).toMatchObject({ code: 'EAGAIN' });
    expect(await fresh.read(10)).toBeNull();
    fresh.setblocking(true);
    expect(await failureOf(fresh.send('x'))).toMatchObject({ code: 'EDESTADDRREQ', errno: 89 });
    expect(await failureOf(fresh.sendto('x', ['localhost', 9]))).toMatchObject({ code: 'EINVAL' });
    expect(await failureOf(fresh.sendto('x', ['127.0.0.1', 0]))).toMatchObject({ code: 'EINVAL' });
    expect(await failureOf(fresh.sendto('x', ['127.0.0.1', 65_536]))).toMatchObject({ code: 'EINVAL' });
    expect(await failureOf(fresh.sendto(17 as unknown as string, nowhere))).toMatchObject({ code: 'EINVAL' });
    expect(await failureOf(it.socket.recv(-1))).toMatchObject({ code: 'EINVAL' });
    expect(await failureOf(it.socket.recv(1.5))).toMatchObject({ code: 'EINVAL' });
    expect(await failureOf(it.socket.bind(['0.0.0.0', 0]))).toMatchObject({ code: 'EINVAL' });
  });

  it('what only a stream has', async () => {
    await using it = await Correspondence.over(tested);
    for (const call of [it.socket.listen(), it.socket.accept(), it.socket.readline()]) {
      expect(await failureOf(call)).toMatchObject({ code: 'EOPNOTSUPP', errno: 95 });
    }
  });

  it('a datagram that is too long, and sends nothing', async () => {
    await using it = await Correspondence.over(tested);
    const { maxDatagram } = it.net.nic;
    const failure = await failureOf(it.socket.sendto(Buffer.alloc(maxDatagram + 1), it.peer.address));
    expect(failure).toMatchObject({ code: 'EMSGSIZE', errno: 90, syscall: 'sendto' });
    expect(failure.message).toContain(String(maxDatagram));
    await it.socket.sendto('short', it.peer.address);
    expect(String((await it.peer.next()).data)).toBe('short');
  });

  it('a broadcast until SO_BROADCAST allows it', async () => {
    await using net = await tested.start();
    const { usocket } = net;
    await using socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    const failure = await failureOf(socket.sendto('all', ['255.255.255.255', 9]));
    expect(failure).toMatchObject({ code: 'EACCES', errno: 13 });
    expect(failure.message).toContain('SO_BROADCAST');
    await socket.setsockopt(usocket.SOL_SOCKET, usocket.SO_BROADCAST, 1);
  });

  it('a port that another socket has', async () => {
    await using it = await Correspondence.over(tested);
    const { usocket } = it.net;
    await using other = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    const failure = await failureOf(other.bind(['0.0.0.0', it.port]));
    expect(failure).toMatchObject({ code: 'EADDRINUSE', errno: 98, syscall: 'bind' });
  });
});
