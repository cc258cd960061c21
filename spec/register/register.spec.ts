import { describe, expect, it, jest } from '@jest/globals';

import { run } from './support/throughModem';

// Each program is compiled as it starts.
jest.setTimeout(60_000);

describe('a program that knows nothing of the modem', () => {
  it('has its connections, names and datagrams go through it, under fake timers, and ends', async () => {
    const { outcome, told, heard } = await run(
      `
      const { mock } = require('node:test');
      const { get, request } = require('node:http');
      const { get: secureGet } = require('node:https');
      const net = require('node:net');
      const tls = require('node:tls');
      const dns = require('node:dns');
      const dgram = require('node:dgram');
      const { promisify } = require('node:util');
      mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] });
      (async () => {
        const body = async (asked) => text((await once(asked, 'response'))[0]);
        told.http = [await body(get('http://web.example/one')), await body(get('http://web.example/two'))];
        told.https = [await body(secureGet('https://tls.example/one')), await body(secureGet('https://tls.example/two'))];
        told.six = await Promise.all([1, 2, 3, 4, 5, 6].map((each) => body(get('http://web.example/' + each))));
        told.ending = [];
        for (const each of [1, 2, 3, 4, 5, 6]) {
          told.ending.push(await body(request('http://ending.example/' + each, { method: 'POST' }).end()));
        }
        const socket = net.connect(80, 'web.example');
        await once(socket, 'connect');
        told.address = socket.remoteAddress;
        socket.end('GET /net HTTP/1.0\\r\\nHost: it\\r\\n\\r\\n');
        told.net = (await text(socket)).split('\\r\\n\\r\\n')[1];
        const second = new net.Socket();
        second.connect({ port: 80, host: 'web.example' }, () => second.end('GET /socket HTTP/1.0\\r\\nHost: it\\r\\n\\r\\n'));
        told.socket = (await text(second)).split('\\r\\n\\r\\n')[1];
        const secure = tls.connect(443, 'tls.example', { servername: 'tls.example' });
        await once(secure, 'secureConnect');
        told.tls = [secure.authorized, secure.getPeerCertificate().subject.CN];
        secure.end('GET /tls HTTP/1.0\\r\\nHost: it\\r\\n\\r\\n');
        told.secret = (await text(secure)).split('\\r\\n\\r\\n')[1];
        told.lookup = await promisify(dns.lookup)('web.example');
        told.all = await dns.promises.lookup('web.example', { all: true });
        told.extra = await new Promise((resolve) => dns.lookup('web.example', {}, (error, address) => resolve(address), undefined));
        told.resolve4 = await dns.promises.resolve4('web.example');
        const refused = (call) => { try { call(); } catch (error) { return error.code; } };
        told.refused = [
          refused(() => dns.lookup('web.example', { all: 'yes' }, () => {})),
          refused(() => dns.lookup('web.example')),
          refused(() => dns.resolve4('web.example')),
          refused(() => dns.resolve('web.example', 'NONE', () => {})),
          refused(() => net.connect({ port: 80, host: 5 })),
        ];
        told.family = await Promise.resolve().then(() => dns.promises.lookup('web.example', { family: 5 })).catch((error) => error.code);
        told.mx = await dns.promises.resolveMx('web.example').catch(failure);
        told.reverse = await dns.promises.lookupService('198.18.0.1', 80).catch(failure);
        const datagrams = dgram.createSocket('udp4');
        datagrams.send('hello', 9, 'udp.example');
        told.datagram = String((await once(datagrams, 'message'))[0]);
        datagrams.close();
        told.unknown = failure((await once(net.connect(80, 'nobody.example'), 'error'))[0]);
        told.six6 = failure((await once(net.connect(80, '2001:db8::1'), 'error'))[0]);
        tell();
      })();
      `,
      '1.7.4',
    );
    expect([outcome.stderr, outcome.code]).toEqual(['', 0]);
    const one = { address: '198.18.0.1', family: 4 };
    expect(told).toMatchObject({
      http: ['/one of web.example', '/two of web.example'],
      https: ['secret /one', 'secret /two'],
      six: [1, 2, 3, 4, 5, 6].map((each) => `/${each} of web.example`),
      ending: [1, 2, 3, 4, 5, 6].map(() => 'ok'),
      address: one.address,
      net: '/net of it',
      socket: '/socket of it',
      tls: [true, 'tls.example'],
      secret: 'secret /tls',
      lookup: one,
      all: [one],
      extra: one.address,
      resolve4: [one.address],
      datagram: 'heard hello',
      family: 'ERR_INVALID_ARG_VALUE',
      refused: [
        ...['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE'],
        'ERR_INVALID_ARG_TYPE',
      ],
    });
    expect(told['mx']).toMatch(/^ENOTIMP queryMx .* does not tell records of the type MX/);
    expect(told['reverse']).toMatch(/^ENOTIMP getnameinfo .* does not tell the name of an address/);
    expect(told['unknown']).toMatch(/^ENOTFOUND getaddrinfo ENOTFOUND nobody.example \| .* check the spelling/);
    expect(told['six6']).toMatch(/^EAFNOSUPPORT .* only IPv4 is supported/);
    expect(heard).toEqual([1, 2, 3, 4, 5, 6].map((each) => `/${each}`));
    // The one connection of the operating system is the line to the modem.
    expect(told['native']).toEqual(['TCP 127.0.0.1']);
  });

  it('reaches this machine and listed targets without it, serves this machine only, and may use ES modules', async () => {
    const { outcome, told } = await run(
      `
      import('data:text/javascript,' + encodeURIComponent(\`
        import { get } from 'node:http';
        import { connect, createServer } from 'node:net';
        import { lookup } from 'node:dns/promises';
        import { createSocket } from 'node:dgram';
        import { Worker } from 'node:worker_threads';
        export const used = { get, connect, createServer, lookup, createSocket, Worker };
      \`)).then(async ({ used: { get, connect, createServer, lookup, createSocket, Worker } }) => {
        told.fetch = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(async (each) => (await fetch('http://web.example/' + each)).text()));
        told.secret = await (await fetch('https://tls.example/fetch')).text();
        told.esm = [(await lookup('web.example')).address, (await once(get('http://web.example/esm'), 'response'))[0].statusCode];
        const beforeLocal = native.length;
        told.local = await (await fetch('http://127.0.0.1:' + process.env.WEB_PORT + '/local')).text();
        told.localNative = native.slice(beforeLocal);
        told.listed = failure((await once(connect(9, 'listed.invalid'), 'error'))[0]);
        const server = createServer().listen(0);
        told.server = server.address().address;
        try { server.listen(0); } catch (error) { told.twice = error.code; }
        await once(server, 'listening');
        server.close();
        const undefinedOptions = createServer().listen({ port: 0, fd: undefined, handle: undefined });
        told.undefinedOptions = undefinedOptions.address().address;
        undefinedOptions.close();
        told.outside = failure((await once(createServer().listen(0, '0.0.0.0'), 'error'))[0]);
        const withoutHost = connect({ host: null, port: process.env.WEB_PORT });
        told.noHost = (await once(withoutHost, 'connect')).length;
        withoutHost.destroy();
        const cluster = require('node:cluster');
        cluster.isWorker = true;
        cluster._getServer = () => (told.shared = 'a handle of the primary');
        const receiver = createSocket('udp4');
        try { receiver.addMembership('224.0.0.251'); } catch (error) { told.unbound = error.code; }
        await new Promise((resolve) => receiver.bind(0, resolve));
        cluster.isWorker = false;
        const sender = createSocket('udp4');
        sender.send('near', receiver.address().port, '127.0.0.1');
        told.near = String((await once(receiver, 'message'))[0]);
        try { receiver.addMembership('224.0.0.251'); } catch (error) { told.group = error.code; }
        const far = createSocket('udp6');
        told.udp6 = await new Promise((resolve) => far.send('far', 9, '2001:db8::1', (error) => resolve(error.code)));
        for (const socket of [receiver, sender, far]) socket.close();
        const worker = new Worker(
          "const { parentPort } = require('node:worker_threads');" +
          "require('node:net').connect(80, '198.18.0.1').on('error', (error) => parentPort.postMessage(error.cause.message));",
          { eval: true },
        );
        told.worker = (await once(worker, 'message'))[0];
        tell();
      });
      `,
      '2.2.2',
      { RX_USOCKET_DIRECT: 'listed.invalid:9' },
    );
    expect([outcome.stderr, outcome.code]).toEqual(['', 0]);
    expect(told).toMatchObject({
      fetch: [1, 2, 3, 4, 5, 6, 7].map((each) => `/${each} of web.example`),
      secret: 'secret /fetch',
      esm: ['198.18.0.1', 200],
      local: expect.stringMatching(/^\/local of 127/),
      localNative: ['TCP 127.0.0.1'],
      server: '127.0.0.1',
      undefinedOptions: '127.0.0.1',
      twice: 'ERR_SERVER_ALREADY_LISTEN',
      near: 'near',
      noHost: 0,
      unbound: 'ENOPROTOOPT',
      group: 'ENOPROTOOPT',
      udp6: 'EAFNOSUPPORT',
    });
    expect(told['listed']).toMatch(/^(ENOTFOUND|EAI_AGAIN) /);
    expect(told['outside']).toMatch(/^ENOTSUP .* add 0.0.0.0 to RX_USOCKET_DIRECT/);
    expect(told).not.toHaveProperty('shared');
    expect(told['worker']).toMatch(/a worker thread cannot use the modem of its program/);
  });
});
