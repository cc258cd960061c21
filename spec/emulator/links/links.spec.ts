import { describe, expect, it } from '@jest/globals';

import { firmwareVersions } from '../../../src/emulator';
import { tlsServer } from '../../../harness/peers/tlsServer';
import { modemsAndPeers } from '../support/modemsAndPeers';

const { modems, peers } = modemsAndPeers();

describe.each([
  ['1.7.4', 'AT+CIPCLOSEMODE=0,1', 'AT+CIPCLOSEMODE=0,0'],
  ['2.2.2', 'AT+CIPTCPOPT=0,0', 'AT+CIPTCPOPT=0,-1'],
] as const)('how a link of AT %s is closed', (firmware, byReset, inOrder) => {
  it.each([
    ['by a reset', byReset, 'ECONNRESET'],
    ['in order', inOrder, undefined],
  ])('%s', async (_, setting, expected) => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks(byReset);
    await host.asks(setting);
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    const peer = await next();
    let failure: NodeJS.ErrnoException | undefined;
    peer.socket.on('error', (error) => (failure = error));
    await host.asks('AT+CIPCLOSE=0', '0,CLOSED\r\n\r\nOK\r\n');
    await peer.ended();
    expect(failure?.code).toBe(expected);
  });
});

describe.each(firmwareVersions)('links of AT %s', (firmware) => {
  const nonos = firmware !== '2.2.2';
  const refusal = (words: string): string => (nonos ? `${words}\r\n` : '') + '\r\nERROR\r\n';

  it('S15 connects by address and by name, with several links and with one', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware, hosts: { 'a.example': `127.0.0.1:${port}` } });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    await host.asks('AT+CIPSTART=3,"TCP","a.example",80', '3,CONNECT\r\n\r\nOK\r\n');
    await Promise.all([next(), next()]);
    host.type('AT+CIPSTATUS\r\n');
    const status = await host.readsUntil(/\r\nOK\r\n/);
    expect(status).toMatch(/^STATUS:3\r\n\+CIPSTATUS:0,"TCP","127\.0\.0\.1",\d+,\d+,0\r\n/);
    expect(status).toMatch(/\r\n\+CIPSTATUS:3,"TCP","198\.18\.0\.1",80,\d+,0\r\n\r\nOK\r\n$/);
    await host.asks('AT+CIPCLOSE=5', '0,CLOSED\r\n3,CLOSED\r\n\r\nOK\r\n');
    await host.asks('AT+CIPSTATUS', 'STATUS:4\r\n\r\nOK\r\n');
    await host.asks('AT+CIPMUX=0');
    await host.asks('AT+CIPSTART="TCP","a.example",443', 'CONNECT\r\n\r\nOK\r\n');
    await host.asks('AT+CIPCLOSE', 'CLOSED\r\n\r\nOK\r\n');
  });

  it('reaches through the address that a name resolves to what the name is mapped to', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware, hosts: { 'dl.example': `127.0.0.1:${port}` } });
    host.type('AT+CIPDOMAIN="dl.example"\r\n');
    const answer = await host.readsUntil(/\r\nOK\r\n/);
    const address = /\d+\.\d+\.\d+\.\d+/.exec(answer)?.[0] ?? '';
    expect(address).toMatch(/^198\.18\./);
    await host.asks(`AT+CIPSTART=4,"TCP","${address}",80`, '4,CONNECT\r\n\r\nOK\r\n');
    await next();
  });

  it('S15 tells of links in the long form when asked to', async () => {
    const { port } = await peers.server();
    const host = await modems.ready({ firmware });
    if (firmware === '1.5') {
      await host.asks('AT+SYSMSG=2', '\r\nERROR\r\n');
      return;
    }
    await host.asks(nonos ? 'AT+SYSMSG_CUR=2' : 'AT+SYSMSG=2');
    host.type(`AT+CIPSTART=1,"TCP","127.0.0.1",${port}\r\n`);
    expect(await host.readsUntil(/OK\r\n/)).toMatch(/^\+LINK_CONN:0,1,"TCP",0,"127\.0\.0\.1",\d+,\d+\r\n\r\nOK\r\n$/);
  });

  it('S16 is refused: ERROR, and on NonOS the CLOSED of a link that never opened', async () => {
    const host = await modems.ready({ firmware, hosts: { '10.0.0.9': 'refused' } });
    const answer = nonos ? '\r\nERROR\r\n0,CLOSED\r\n' : '\r\nERROR\r\n';
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${await peers.closedPort()}`, answer);
    await host.asks('AT+CIPSTART=0,"TCP","10.0.0.9",80', answer);
    await host.readsNothing();
  });

  it('S17 waits long for a host that does not answer, and is busy meanwhile', async () => {
    const host = await modems.ready({ firmware, connectTimeout: 60 });
    host.type('AT+CIPSTART=0,"TCP","192.0.2.1",80\r\n');
    await host.asks('?', '\r\nbusy p...\r\n');
    await host.reads(nonos ? '\r\nERROR\r\n0,CLOSED\r\n' : '\r\nERROR\r\n');
  });

  it('S18 finds names, and does not find others', async () => {
    const host = await modems.ready({ firmware, hosts: { 'a.example': '127.0.0.1' } });
    await host.asks('AT+CIPDOMAIN="no.such"', refusal('DNS Fail'));
    await host.asks('AT+CIPSTART=0,"TCP","no.such",80', refusal('DNS Fail'));
    const address = nonos ? '198.18.0.1' : '"198.18.0.1"';
    await host.asks('AT+CIPDOMAIN="a.example"', `+CIPDOMAIN:${address}\r\n\r\nOK\r\n`);
  });

  it('S19 refuses a number in use', async () => {
    const { port } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    await host.asks('AT+CIPSTART=0,"TCP","127.0.0.1",1', refusal('ALREADY CONNECTED'));
  });

  it('S20 gives a number to a client while the host is typing a command for it', async () => {
    const host = await modems.ready({ firmware, ports: { 80: 0 } });
    await host.asks('AT+CIPSERVER=1,80');
    host.type('AT+CIPSTART=0,"TC');
    await peers.client(host.emulator.state.server?.localPort ?? 0);
    await host.reads('0,CONNECT\r\n');
    host.type('P","1.2.3.4",80\r\n');
    await host.reads(refusal('ALREADY CONNECTED'));
  });

  it.each([
    ['AT+CIPSTART=0,"FTP","127.0.0.1",80', 'Link type ERROR'],
    ['AT+CIPSTART=5,"TCP","127.0.0.1",80', 'ID ERROR'],
    ['AT+CIPSTART="TCP","127.0.0.1",80', 'MUX=1'],
    ['AT+CIPSTART=0,"TCP","127.0.0.1"', 'Miss param'],
    ['AT+CIPCLOSE', 'MUX=1'],
    ['AT+CIPCLOSE=2', 'UNLINK'],
    ['AT+CIPSEND=3,4', 'link is not valid'],
  ])('refuses %s', async (command, words) => {
    const host = await modems.ready({ firmware });
    await host.asks(command, refusal(words));
    await host.readsNothing();
  });

  it('S57 closes: the host first, then the peer first', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    const first = await next();
    await host.asks('AT+CIPCLOSE=0', '0,CLOSED\r\n\r\nOK\r\n');
    await first.ended();
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    (await next()).socket.end();
    await host.reads('0,CLOSED\r\n');
    await host.asks('AT+CIPCLOSE=0', refusal('UNLINK'));
  });

  it('S58 closes all', async () => {
    const { port } = await peers.server();
    const host = await modems.ready({ firmware });
    for (const id of [0, 2]) {
      await host.asks(`AT+CIPSTART=${id},"TCP","127.0.0.1",${port}`, `${id},CONNECT\r\n\r\nOK\r\n`);
    }
    await host.asks('AT+CIPCLOSE=5', '0,CLOSED\r\n2,CLOSED\r\n\r\nOK\r\n');
    await host.asks('AT+CIPCLOSE=5');
  });

  it('S61 does not change the mode under an open link, a server or passthrough', async () => {
    const { port } = await peers.server();
    const host = await modems.ready({ firmware, ports: { 80: 0 } });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    await host.asks('AT+CIPMUX=0', refusal('link is builded'));
    await host.asks('AT+CIPCLOSE=0', '0,CLOSED\r\n\r\nOK\r\n');
    await host.asks('AT+CIPSERVER=1,80');
    await host.asks('AT+CIPMUX=0', refusal('CIPSERVER must be 0'));
    await host.asks('AT+CIPSERVER=0');
    await host.asks('AT+CIPMUX=0');
    await host.asks('AT+CIPMODE=1');
    await host.asks('AT+CIPMUX=1', refusal('IPMODE must be 0'));
  });

  it('S63 pings', async () => {
    const host = await modems.ready({ firmware, hosts: { 'a.example': '127.0.0.1' } });
    await host.asks('AT+PING="a.example"', nonos ? '+1\r\n\r\nOK\r\n' : '+PING:1\r\n\r\nOK\r\n');
    await host.asks('AT+PING="192.0.2.1"', nonos ? '+timeout\r\n\r\nERROR\r\n' : '+PING:TIMEOUT\r\n\r\nERROR\r\n');
  });

  it('S13 closes the links with Wi-Fi, or lets them survive', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    const peer = await next();
    host.emulator.fault({ kind: 'wifi-lost', for: 1, links: 'keep' });
    await peer.send('late');
    await host.reads('WIFI DISCONNECT\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\n\r\n+IPD,0,4:late');
    host.emulator.fault({ kind: 'wifi-lost' });
    await host.reads('WIFI DISCONNECT\r\n0,CLOSED\r\n');
    await peer.ended();
    const cwjap = nonos ? 'AT+CWJAP_CUR' : 'AT+CWJAP';
    await host.asks(
      `${cwjap}="my-ssid","my-password"`,
      nonos ? '+CWJAP:3\r\n\r\nFAIL\r\n' : '+CWJAP:3\r\n\r\nERROR\r\n',
    );
  });
});

describe('links of AT 2.2.2 only', () => {
  it('chooses the lowest free number itself', async () => {
    const { port } = await peers.server();
    const host = await modems.ready({ firmware: '2.2.2' });
    await host.asks(`AT+CIPSTART=0,"TCP","127.0.0.1",${port}`, '0,CONNECT\r\n\r\nOK\r\n');
    await host.asks(`AT+CIPSTARTEX="TCP","127.0.0.1",${port}`, '1,CONNECT\r\n\r\nOK\r\n');
    host.type('AT+CIPSTATE?\r\n');
    expect(await host.readsUntil(/OK\r\n/)).toMatch(
      /^\+CIPSTATE:0,"TCP","127\.0\.0\.1",\d+,\d+,0\r\n\+CIPSTATE:1,"TCP",[^\r]+\r\n\r\nOK\r\n$/,
    );
  });
});

describe.each(firmwareVersions)('TLS links of AT %s', (firmware) => {
  it('S15 ask for the name that is set, where the firmware has that', async () => {
    await using server = await tlsServer();
    const host = await modems.ready({ firmware });
    const start = `AT+CIPSTART=2,"SSL","127.0.0.1",${server.endpoint.port}`;
    const canName = firmware === '2.2.2';
    await host.asks('AT+CIPSSLCSNI=2,"tls.example"', canName ? '\r\nOK\r\n' : '\r\nERROR\r\n');
    for (const name of [canName && 'tls.example', false]) {
      await host.asks(start, '2,CONNECT\r\n\r\nOK\r\n');
      expect((await server.accept()).servername).toBe(name);
      await host.asks('AT+CIPCLOSE=2', '2,CLOSED\r\n\r\nOK\r\n');
      if (canName) await host.asks('AT+CIPSSLCSNI=2,""');
    }
  });

  it('are not opened to a peer without TLS: ERROR, or on NonOS CLOSED and OK', async () => {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware });
    host.type(`AT+CIPSTART=3,"SSL","127.0.0.1",${port}\r\n`);
    await (await next()).send('HTTP/1.0 400 Bad Request\r\n\r\n');
    await host.reads(firmware === '2.2.2' ? '\r\nERROR\r\n' : '3,CLOSED\r\n\r\nOK\r\n');
    await host.readsNothing();
  });

  it('S16 are refused where nobody listens, as TCP links are', async () => {
    const host = await modems.ready({ firmware });
    const closed = firmware === '2.2.2' ? '' : '3,CLOSED\r\n';
    await host.asks(`AT+CIPSTART=3,"SSL","127.0.0.1",${await peers.closedPort()}`, `\r\nERROR\r\n${closed}`);
  });
});

describe('the host table', () => {
  it.each([{ a: '8.8.8.8' }, { a: 'example.com' }, { a: '127.0.0.1:99999' }])(
    'leads only to this machine: %j',
    (hosts) => {
      expect(() => modems.host({ hosts })).toThrow(RangeError);
    },
  );

  it('leads each port of a name elsewhere', async () => {
    const [web, mail] = [await peers.server(), await peers.server()];
    const host = await modems.ready({
      hosts: { 'a.example:80': `127.0.0.1:${web.port}`, 'a.example:25': `127.0.0.1:${mail.port}` },
      connectTimeout: 500,
    });
    await host.asks('AT+CIPSTART=0,"TCP","a.example",25', '0,CONNECT\r\n\r\nOK\r\n');
    await mail.next();
    await host.asks('AT+CIPSTART=1,"TCP","a.example",80', '1,CONNECT\r\n\r\nOK\r\n');
    await web.next();
    await host.asks('AT+CIPSTART=2,"TCP","a.example",443', '\r\nERROR\r\n2,CLOSED\r\n');
  });
});
