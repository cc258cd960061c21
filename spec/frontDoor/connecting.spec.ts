import { describe, expect, it } from '@jest/globals';

import { failureOf } from '../../harness/interfaces/failure';
import { addressOf } from '../../harness/interfaces/interfaces';
import { reset, until } from '../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../harness/peers/tcpServer';
import { quickProgram } from './quickProgram';

describe.each(['1.5', '1.7.4', '2.2.2'] as const)('connecting with AT %s', (firmware) => {
  it('fails off the network with ENETUNREACH, and names with EAI_AGAIN', async () => {
    await using modem = await quickProgram({ firmware });
    await using socket = modem.usocket.socket();
    const error = await failureOf(socket.connect(['192.0.2.1', 80]));
    expect(error).toMatchObject({ code: 'ENETUNREACH', errno: 101 });
    expect(error.message).toContain('nic.connect');
    expect(await failureOf(modem.usocket.getaddrinfo('example.net', 80))).toMatchObject({ code: 'EAI_AGAIN' });
  });

  it('fails with ECONNREFUSED, with EAI_NONAME, and within the time-out with ETIMEDOUT', async () => {
    await using modem = await quickProgram({ firmware, connectTimeout: 300 });
    await modem.nic.connect('my-ssid', 'my-password');
    await using socket = modem.usocket.socket();
    const refused = await failureOf(socket.connect(['127.0.0.1', await unusedPort()]));
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
    expect(refused.message).toMatch(/server/);
    const unknown = await failureOf(modem.usocket.getaddrinfo('nobody.test', 80));
    expect(unknown).toMatchObject({ code: 'EAI_NONAME', errno: -2 });
    expect(unknown.message).toContain('nobody.test');
    socket.settimeout(0.1);
    expect(await failureOf(socket.connect(['192.0.2.1', 80]))).toMatchObject({ code: 'ETIMEDOUT' });
  });

  it.each(['localhost\r\n', 'local\0host', 'localhost\nAT+RST', 'x'.repeat(65)])(
    'refuses the host %j with EINVAL, and writes nothing',
    async (host) => {
      await using modem = await quickProgram({ firmware });
      const before = modem.written();
      expect(await failureOf(modem.usocket.getaddrinfo(host, 80))).toMatchObject({ code: 'EINVAL' });
      expect(modem.written()).toBe(before);
    },
  );

  it('tells that the peer has gone', async () => {
    await using modem = await quickProgram({ firmware });
    await using server = await tcpServer();
    await modem.nic.connect('my-ssid', 'my-password');
    await using socket = modem.usocket.socket();
    await socket.connect(addressOf(server));
    await reset(await server.accept());
    await until(socket.state$, (state) => state !== 'connected');
    const error = await failureOf(socket.send('hello'));
    expect(error.code).toMatch(/^(EPIPE|ECONNRESET)$/);
    expect(error.message).toContain(String(server.endpoint.port));
  });
});
