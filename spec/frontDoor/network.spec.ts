import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { defer, finalize, firstValueFrom, VirtualTimeScheduler } from 'rxjs';

import { machine, network, uerrno, usocket, type Uart } from '../../src';
import { createEmulator, type EmulatorOptions } from '../../src/emulator';
import { ESP8285 } from '../../src/esp8285';
import { createNetworkModule } from '../../src/network';
import { createSocketModule, Interfaces } from '../../src/usocket';
import { failureOf } from '../../harness/interfaces/failure';
import { addressOf } from '../../harness/interfaces/interfaces';
import { reset, sayLast, until } from '../../harness/peers/peer';
import { tcpServer, unusedPort } from '../../harness/peers/tcpServer';

const firmwares = ['1.5', '1.7.4', '2.2.2'] as const;
const fast: EmulatorOptions = { latency: 0.01, interleave: 0, latencies: { join: [1, 1], address: [1, 1] } };

/** A program's own network and socket modules, over one virtual modem whose line is written down. */
async function started(options: EmulatorOptions) {
  const emulator = createEmulator({ ...fast, ...options });
  const written: Buffer[] = [];
  const uart: Uart = {
    rx$: emulator.uart.rx$,
    readiness$: emulator.uart.readiness$,
    write: (bytes) => {
      written.push(Buffer.from(bytes));
      return emulator.uart.write(bytes);
    },
    close: () => emulator.uart.close(),
  };
  const interfaces = new Interfaces();
  const nic = await createNetworkModule(interfaces).ESP8285(uart);
  return {
    nic,
    emulator,
    usocket: createSocketModule(interfaces),
    /** How many bytes have been written. */
    written: () => Buffer.concat(written).length,
    [Symbol.asyncDispose]: () => nic.close(),
  };
}

/** Sets a modem up in virtual time; gives the failure, and how long it took in milliseconds. */
async function failureToStart(
  options: EmulatorOptions,
  prepare: (emulator: ReturnType<typeof createEmulator>) => void,
) {
  const scheduler = new VirtualTimeScheduler();
  const emulator = createEmulator({ ...options, scheduler });
  prepare(emulator);
  const failure = failureOf(ESP8285.start(emulator.uart, { scheduler }));
  scheduler.maxFrames = 300_000;
  scheduler.flush();
  const error = await failure;
  const took = scheduler.now();
  emulator.close();
  return { error, took };
}

describe.each(firmwares)('what goes wrong with AT %s', (firmware) => {
  describe('joining', () => {
    it.each([
      ['a wrong key', 'EACCES', { accessPoints: [{ ssid: 'my-ssid', key: 'another-key' }] }, /key/],
      ['no such network', 'ENOENT', { accessPoints: [{ ssid: 'their-ssid', key: 'my-password' }] }, /not found|name/],
      [
        'no address by DHCP',
        'ETIMEDOUT',
        { accessPoints: [{ ssid: 'my-ssid', key: 'my-password', dhcp: false }] },
        /DHCP/,
      ],
      ['a silent access point', 'ETIMEDOUT', { accessPoints: [{ ssid: 'my-ssid', fails: 1 as const }] }, /answer/],
      [
        'a refusing access point',
        'ECONNREFUSED',
        { accessPoints: [{ ssid: 'my-ssid', fails: 4 as const }] },
        /refused/,
      ],
    ])('fails for %s with %s, says what to try, and can be tried again', async (_what, code, options, words) => {
      await using modem = await started({ firmware, joinTimeout: 50, ...options });
      const error = await failureOf(modem.nic.connect('my-ssid', 'my-password'));
      expect(error).toMatchObject({ code, syscall: 'connect' });
      expect(error.message).toMatch(words);
      expect(error.message).toContain('"my-ssid"');
      expect(modem.nic.isconnected()).toBe(false);
      expect(await failureOf(modem.nic.connect('my-ssid', 'my-password'))).toMatchObject({ code });
    });

    it.each([
      ['CR in the SSID', 'my\rssid', 'my-password'],
      ['LF in the SSID', 'my\nssid', 'my-password'],
      ['NUL in the SSID', 'my\0ssid', 'my-password'],
      ['an SSID of 33 bytes', 'ü'.repeat(16) + 'x', 'my-password'],
      ['CR and LF in the key', 'my-ssid', 'my-password\r\nAT+RST'],
      ['NUL in the key', 'my-ssid', 'my\0key'],
      ['a key of 65 bytes', 'my-ssid', 'k'.repeat(65)],
    ])('refuses %s with EINVAL, and writes nothing', async (_what, ssid, key) => {
      await using modem = await started({ firmware });
      const before = modem.written();
      expect(await failureOf(modem.nic.connect(ssid, key))).toMatchObject({ code: 'EINVAL', errno: 22 });
      expect(modem.written()).toBe(before);
    });

    it.each(['my ssid', 'a,b', 'a"b', 'a\\b', '\\,"', 'Grüße', '=1,2;AT+RST'])(
      'joins %j as it is spelled',
      async (ssid) => {
        const key = `${ssid} password`;
        await using modem = await started({ firmware, accessPoints: [{ ssid, key }] });
        await modem.nic.connect(ssid, key);
        expect(modem.nic.isconnected()).toBe(true);
      },
    );
  });

  describe('connecting', () => {
    it('fails off the network with ENETUNREACH, and names with EAI_AGAIN', async () => {
      await using modem = await started({ firmware });
      await using socket = modem.usocket.socket();
      const error = await failureOf(socket.connect(['192.0.2.1', 80]));
      expect(error).toMatchObject({ code: 'ENETUNREACH', errno: 101 });
      expect(error.message).toContain('nic.connect');
      expect(await failureOf(modem.usocket.getaddrinfo('example.net', 80))).toMatchObject({ code: 'EAI_AGAIN' });
    });

    it('fails with ECONNREFUSED, with EAI_NONAME, and within the time-out with ETIMEDOUT', async () => {
      await using modem = await started({ firmware, connectTimeout: 300 });
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
        await using modem = await started({ firmware });
        const before = modem.written();
        expect(await failureOf(modem.usocket.getaddrinfo(host, 80))).toMatchObject({ code: 'EINVAL' });
        expect(modem.written()).toBe(before);
      },
    );

    it('tells that the peer has gone', async () => {
      await using modem = await started({ firmware });
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

  describe('the modem', () => {
    it('that is silent is EIO, within half a minute', async () => {
      const { error, took } = await failureToStart({ firmware }, (emulator) => emulator.fault({ kind: 'silence' }));
      expect(error).toMatchObject({ code: 'EIO', errno: 5 });
      expect(error.message).toMatch(/silent.*power/);
      expect(took).toBeLessThan(30_000);
    });

    it('that is silent at first can be tried again, and only the last attempt listens', async () => {
      const scheduler = new VirtualTimeScheduler();
      const emulator = createEmulator({ firmware, scheduler });
      const { uart } = emulator;
      emulator.fault({ kind: 'silence', for: 20_000 });
      let listeners = 0;
      const watched: Uart = {
        rx$: defer(() => {
          listeners++;
          return uart.rx$.pipe(finalize(() => listeners--));
        }),
        readiness$: uart.readiness$,
        write: (bytes) => uart.write(bytes),
        close: () => uart.close(),
      };
      const first = failureOf(ESP8285.start(watched, { scheduler }));
      scheduler.maxFrames = 19_000;
      scheduler.flush();
      expect(await first).toMatchObject({ code: 'EIO' });
      expect(listeners).toBe(0);
      const second = ESP8285.start(watched, { scheduler });
      scheduler.maxFrames = 60_000;
      scheduler.flush();
      const nic = await second;
      expect(listeners).toBe(1);
      const closed = nic.close();
      scheduler.maxFrames = Infinity;
      scheduler.flush();
      await closed;
      expect(listeners).toBe(0);
    });

    it('at another speed is EPROTO, within half a minute', async () => {
      const { error, took } = await failureToStart({ firmware, baud: 115_200 }, (emulator) =>
        emulator.setHostBaud(9600),
      );
      expect(error).toMatchObject({ code: 'EPROTO', errno: 71 });
      expect(error.message).toMatch(/baud rate/);
      expect(took).toBeLessThan(30_000);
    });

    it('that is pulled out is ENODEV for everyone', async () => {
      await using modem = await started({ firmware });
      await using server = await tcpServer();
      await modem.nic.connect('my-ssid', 'my-password');
      await using socket = modem.usocket.socket();
      await socket.connect(addressOf(server));
      const waiting = failureOf(socket.recv(10));
      modem.emulator.fault({ kind: 'unplug' });
      expect(await waiting).toMatchObject({ code: 'ENODEV', errno: 19 });
      expect(await failureOf(socket.send('hello'))).toMatchObject({ code: 'ENODEV' });
      expect(await failureOf(modem.nic.ifconfig())).toMatchObject({ code: 'ENODEV' });
      expect(await failureOf(modem.usocket.getaddrinfo('localhost', 80))).toMatchObject({ code: 'ENODEV' });
      expect(await firstValueFrom(modem.nic.status$)).toMatchObject({ modem: 'down', error: { code: 'ENODEV' } });
    });

    it('that starts again loses its connections with ECONNRESET, and is on the network again by itself', async () => {
      await using modem = await started({ firmware });
      await using server = await tcpServer();
      await modem.nic.connect('my-ssid', 'my-password');
      await using socket = modem.usocket.socket();
      await socket.connect(addressOf(server));
      const waiting = failureOf(socket.recv(10));
      modem.emulator.fault({ kind: 'reset' });
      expect(await waiting).toMatchObject({ code: 'ECONNRESET', errno: 104 });
      await until(modem.nic.status$, ({ wifi }) => wifi === 'up');
      await using next = modem.usocket.socket();
      await next.connect(addressOf(server));
    });

    it('that is closed leaves EBADF to its sockets', async () => {
      await using server = await tcpServer();
      const modem = await started({ firmware });
      await modem.nic.connect('my-ssid', 'my-password');
      await using socket = modem.usocket.socket();
      await socket.connect(addressOf(server));
      const waiting = failureOf(socket.recv(10));
      await modem.nic.close();
      expect(await waiting).toMatchObject({ code: 'EBADF' });
      expect(await failureOf(modem.nic.connect('my-ssid', 'my-password'))).toMatchObject({ code: 'EBADF' });
      await modem.nic.close();
    });
  });

  describe('keys', () => {
    it.each([
      ['wrong', { accessPoints: [{ ssid: 'my-ssid', key: 'another-key' }] }],
      ['of no use', { accessPoints: [] }],
      ['not answered', { accessPoints: [{ ssid: 'my-ssid', fails: 1 as const }] }],
      ['without an address', { accessPoints: [{ ssid: 'my-ssid', key: 'S3cr,t "key"\\', dhcp: false }] }],
    ])('that are %s are in no message, no cause, no trace', async (_what, options) => {
      const key = 'S3cr,t "key"\\';
      await using modem = await started({ firmware, joinTimeout: 30, ...options });
      const error = await failureOf(modem.nic.connect('my-ssid', key));
      expectSecret(error, 'S3cr');
      expectSecret(await firstValueFrom(modem.nic.status$), 'S3cr');
    });

    it.each(['S3cret\r\n', 'S3cret'.repeat(20)])('that cannot be sent are in no message, either', async (key) => {
      await using modem = await started({ firmware });
      expectSecret(await failureOf(modem.nic.connect('my-ssid', key)), 'S3cr');
    });

    it('are not shown with the interface', async () => {
      await using modem = await started({ firmware, accessPoints: [{ ssid: 'my-ssid', key: 'S3cret-key' }] });
      await modem.nic.connect('my-ssid', 'S3cret-key');
      expectSecret(modem.nic, 'S3cr');
    });
  });
});

describe('network.ESP8285', () => {
  it('gives a line one interface: EBUSY for a second one, until the first is closed', async () => {
    const interfaces = new Interfaces();
    const { ESP8285: open } = createNetworkModule(interfaces);
    const { uart } = createEmulator(fast);
    const nic = await open(uart);
    expect(await failureOf(open(uart))).toMatchObject({ code: 'EBUSY' });
    await nic.connect('my-ssid', 'my-password');
    await nic.close();
    expect(await failureOf(open(uart))).not.toMatchObject({ code: 'EBUSY' });
  });

  it.each([undefined, {}, 'emulator:'])('refuses %p, which is no line, with EINVAL', async (line) => {
    const { ESP8285: open } = createNetworkModule(new Interfaces());
    expect(await failureOf(open(line as unknown as Uart))).toMatchObject({ code: 'EINVAL' });
  });

  it('refuses a name that is no text with EINVAL', async () => {
    await using modem = await started({ firmware: '1.7.4' });
    expect(await failureOf(modem.nic.connect(5 as unknown as string, 'my-password'))).toMatchObject({ code: 'EINVAL' });
  });
});

function expectSecret(what: unknown, secret: string): void {
  const shown = [inspect(what, { depth: 8, showHidden: true, getters: true }), String(what)];
  for (let error = what; error instanceof Error; error = error.cause)
    shown.push(error.message, error.stack ?? '', JSON.stringify(error), JSON.stringify(Object.entries(error)));
  for (const text of shown) expect(text.includes(secret)).toBe(false);
}

describe('the line', () => {
  it('that is not there is ENODEV, and says which', async () => {
    const uart = new machine.UART('/dev/no-such-line', 115_200);
    const error = await failureOf(network.ESP8285(uart));
    expect(error).toMatchObject({ code: 'ENODEV' });
    expect(error.message).toContain('/dev/no-such-line');
    await uart.close();
  });

  it('that nobody serves at an address fails, and says which', async () => {
    const port = await unusedPort();
    const uart = new machine.UART(`tcp://127.0.0.1:${port}`);
    const error = await failureOf(network.ESP8285(uart));
    expect(error.code).toMatch(/^(ENODEV|ECONNREFUSED)$/);
    expect(error.message).toContain(String(port));
    await uart.close();
  });
});

describe('the front door', () => {
  it('takes a program from the serial line to the end of a reply', async () => {
    await using server = await tcpServer();
    const { port } = server.endpoint;
    const uart = new machine.UART('emulator:', 921_600, {
      emulator: { ...fast, hosts: { 'example.net:80': `127.0.0.1:${port}` } },
    });
    const nic = await network.ESP8285(uart);
    await nic.connect('my-ssid', 'my-password');

    const sock = usocket.socket();
    sock.settimeout(5);
    const [[, , , , addr]] = await usocket.getaddrinfo('example.net', 80);
    await sock.connect(addr);
    await sock.sendall('GET / HTTP/1.0\r\nHost: example.net\r\n\r\n');
    const peer = await server.accept();
    await once(peer, 'readable');
    expect(String(peer.read())).toContain('GET / HTTP/1.0');
    sayLast(peer, 'HTTP/1.0 200 OK\r\n\r\nhello');
    expect(String(await sock.read())).toBe('HTTP/1.0 200 OK\r\n\r\nhello');
    await sock.close();
    await nic.close();
  });

  it('makes the first interface the default one, and the next when that is closed', async () => {
    const first = await network.ESP8285(new machine.UART('emulator:', 921_600, { emulator: fast }));
    const second = network.Host();
    await using other = usocket.socket();
    expect(await failureOf(other.connect(['127.0.0.1', await unusedPort()]))).toMatchObject({ code: 'ENETUNREACH' });
    await first.close();
    await using socket = usocket.socket();
    expect(await failureOf(socket.connect(['127.0.0.1', await unusedPort()]))).toMatchObject({ code: 'ECONNREFUSED' });
    expect(second.name).toBe('host');
  });

  it('makes another interface the default one when the line of the first is lost', async () => {
    const emulator = createEmulator(fast);
    const interfaces = new Interfaces();
    const networks = createNetworkModule(interfaces);
    const sockets = createSocketModule(interfaces);
    await using first = await networks.ESP8285(emulator.uart);
    emulator.fault({ kind: 'unplug' });
    await until(first.status$, ({ modem }) => modem === 'down');
    expect(await failureOf(sockets.getaddrinfo('localhost', 80))).toMatchObject({ code: 'ENODEV' });
    networks.Host();
    await using socket = sockets.socket();
    expect(await failureOf(socket.connect(['127.0.0.1', await unusedPort()]))).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('has the error numbers by name', () => {
    expect(uerrno).toMatchObject({ EAGAIN: 11, ETIMEDOUT: 110, ECONNREFUSED: 111 });
  });
});
