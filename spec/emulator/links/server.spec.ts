import { describe, expect, it } from '@jest/globals';
import { NEVER, Subject, VirtualTimeScheduler } from 'rxjs';

import { unusedPort } from '../../../harness/peers/tcpServer';
import { createEmulator, type FirmwareVersion, firmwareVersions } from '../../../src/emulator';
import { MemoryNetwork } from '../../../src/testing/memoryNetwork';
import type { TestHost } from '../support/host';
import { modemsAndPeers } from '../support/modemsAndPeers';
import { letPass } from '../../../harness/time/virtualTime';

const { modems, peers } = modemsAndPeers();

async function serving(firmware: FirmwareVersion): Promise<{ host: TestHost; port: number }> {
  const host = await modems.ready({ firmware, ports: { 80: 0 } });
  await host.asks('AT+CIPSERVER=1,80');
  return { host, port: host.emulator.state.server?.localPort ?? 0 };
}

describe.each(firmwareVersions)('the server of AT %s', (firmware) => {
  const nonos = firmware !== '2.2.2';

  it('S54 reports clients and their data', async () => {
    const { host, port } = await serving(firmware);
    const client = await peers.client(port);
    await host.reads('0,CONNECT\r\n');
    await client.send('GET /');
    await host.reads('\r\n+IPD,0,5:GET /');
    host.type('AT+CIPSTATUS\r\n');
    expect(await host.readsUntil(/OK\r\n/)).toMatch(/\+CIPSTATUS:0,"TCP","127\.0\.0\.1",\d+,\d+,1\r\n/);
    await host.asks('AT+CIPSERVER=1,80', nonos ? 'no change\r\n\r\nOK\r\n' : '\r\nERROR\r\n');
    if (!nonos) await host.asks('AT+CIPSERVER?', '+CIPSERVER:1,80,"TCP"\r\n\r\nOK\r\n');
  });

  it('S54 gives clients the lowest free number', async () => {
    const { host, port } = await serving(firmware);
    const first = await peers.client(port);
    await host.reads('0,CONNECT\r\n');
    await peers.client(port);
    await host.reads('1,CONNECT\r\n');
    first.socket.end();
    await host.reads('0,CLOSED\r\n');
    await peers.client(port);
    await host.reads('0,CONNECT\r\n');
  });

  it('gives no client the number of a failed start before its CLOSED', async () => {
    const host = await modems.ready({ firmware, ports: { 80: 0 }, latencies: { failedClose: [200, 200] }, latency: 1 });
    await host.asks('AT+CIPSERVER=1,80');
    host.type(`AT+CIPSTART=0,"TCP","127.0.0.1",${await unusedPort()}\r\n`);
    await host.readsUntil(/ERROR\r\n/);
    await peers.client(host.emulator.state.server?.localPort ?? 0);
    await host.reads(nonos ? '1,CONNECT\r\n0,CLOSED\r\n' : '0,CONNECT\r\n');
  });

  it('S55 turns a sixth client away, and tells the host nothing', async () => {
    const { host, port } = await serving(firmware);
    for (let id = 0; id < 5; id++) {
      await peers.client(port);
      await host.reads(`${id},CONNECT\r\n`);
    }
    const sixth = await peers.client(port);
    await sixth.ended();
    await host.readsNothing();
  });

  it('S55 limits the number of clients, since 1.6', async () => {
    const host = await modems.ready({ firmware, ports: { 80: 0 } });
    if (firmware === '1.5') {
      await host.asks('AT+CIPSERVERMAXCONN=1', '\r\nERROR\r\n');
      return;
    }
    await host.asks('AT+CIPSERVERMAXCONN=2');
    await host.asks('AT+CIPSERVERMAXCONN?', `+CIPSERVERMAXCONN:2${nonos ? '' : '\r\n'}\r\nOK\r\n`);
    await host.asks('AT+CIPSERVER=1,80');
    const port = host.emulator.state.server?.localPort ?? 0;
    for (const id of [0, 1]) {
      await peers.client(port);
      await host.reads(`${id},CONNECT\r\n`);
    }
    await (await peers.client(port)).ended();
    await host.asks('AT+CIPSERVERMAXCONN=1', nonos ? '\r\nERROR\r\n' : 'Have 2 Connections\r\n\r\nERROR\r\n');
  });

  it('S56 drops an idle client', async () => {
    const { host, port } = await serving(firmware);
    await host.asks('AT+CIPSTO?', '+CIPSTO:180\r\n\r\nOK\r\n');
    const client = await peers.client(port);
    await host.reads('0,CONNECT\r\n');
    await host.asks('AT+CIPSTO=1');
    await host.reads('0,CLOSED\r\n');
    await client.ended();
  });

  it('keeps clients when it stops, and listens again', async () => {
    const { host, port } = await serving(firmware);
    const client = await peers.client(port);
    await host.reads('0,CONNECT\r\n');
    await host.asks('AT+CIPSERVER=0');
    await expect(peers.client(port)).rejects.toThrow('ECONNREFUSED');
    await client.send('still');
    await host.reads('\r\n+IPD,0,5:still');
    await host.asks('AT+CIPSERVER=0', nonos ? 'no change\r\n\r\nOK\r\n' : '\r\nERROR\r\n');
    await host.asks('AT+CIPSERVER=1,80');
    await peers.client(host.emulator.state.server?.localPort ?? 0);
    await host.reads('1,CONNECT\r\n');
    await host.asks('AT+CIPSERVER=0,1', '0,CLOSED\r\n1,CLOSED\r\n\r\nOK\r\n');
  });

  it('wants several links, and a free port', async () => {
    const taken = (await peers.server()).port;
    const host = await modems.ready({ firmware, ports: { 80: taken } });
    await host.asks('AT+CIPSERVER=1,80', nonos ? 'TcpServer Failure\r\n\r\nERROR\r\n' : '\r\nERROR\r\n');
    await host.asks('AT+CIPMUX=0');
    await host.asks('AT+CIPSERVER=1,80', nonos ? 'MUX=0\r\n\r\nERROR\r\n' : '\r\nERROR\r\n');
  });
});

describe.each(firmwareVersions)('closing a link that its peer closes first, AT %s', (firmware) => {
  it('does not close the client that gets its number meanwhile', () => {
    const scheduler = new VirtualTimeScheduler();
    scheduler.maxFrames = Infinity;
    const network = new MemoryNetwork(new Map());
    const emulator = createEmulator({
      firmware,
      latency: 1,
      latencies: { close: [50, 50], roundTrip: [0, 0], command: [0, 0] },
      interleave: 0,
      baud: 0,
      stored: { ssid: 'my-ssid', key: 'my-password' },
      network,
      scheduler,
    });
    let said = '';
    emulator.uart.rx$.subscribe((bytes) => (said += Buffer.from(bytes).toString()));
    const type = (line: string): void => {
      emulator.uart.write(Buffer.from(`${line}\r\n`)).subscribe();
    };
    for (const line of ['ATE0', 'AT+CIPMUX=1', 'AT+CIPSERVER=1,8080']) {
      type(line);
      scheduler.flush();
    }
    const first = new Subject<Buffer>();
    network.connectClient(8080, () => first);
    said = '';
    type('AT+CIPCLOSE=0');
    first.complete();
    network.connectClient(8080, () => NEVER);
    letPass(scheduler, 500);
    const refusal = firmware === '2.2.2' ? '\r\nERROR\r\n' : 'UNLINK\r\n\r\nERROR\r\n';
    expect(said).toBe(`0,CLOSED\r\n0,CONNECT\r\n${refusal}`);
    expect(emulator.state.links).toHaveLength(1);
  });
});
